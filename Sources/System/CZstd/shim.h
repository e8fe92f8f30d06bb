#pragma once
#include <zstd.h>
#include <zstd_errors.h>

// Macros with casts, which Swift cannot see.
static const unsigned long long CZstd_CONTENTSIZE_UNKNOWN = ZSTD_CONTENTSIZE_UNKNOWN;
static const unsigned long long CZstd_CONTENTSIZE_ERROR = ZSTD_CONTENTSIZE_ERROR;

#pragma once
#include <zlib.h>

// deflateInit and inflateInit are macros that carry the version and the size which the caller was compiled with.
static inline int CZlib_deflateInit(z_stream *stream, int level) { return deflateInit(stream, level); }
static inline int CZlib_inflateInit(z_stream *stream) { return inflateInit(stream); }

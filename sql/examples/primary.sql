-- Who is primary, since when, and where is it reached? No row while there is no primary.
-- expect: ^db[0-9]
SELECT MEMBER_NAME, CONCAT(SQL_HOST, ':', SQL_PORT) AS ADDRESS, SINCE FROM cluster_schema.PRIMARY_MEMBER;

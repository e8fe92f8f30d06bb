import QueryRouting
import SQLDialect

/// The tables of information_schema that describe cluster_schema, with the columns that MariaDB and MySQL have.
///
/// A query reaches them only if it is about cluster_schema alone (`InformationSchemaClassifier`).
enum InformationSchemaCatalog {
    static let tables: [TableDefinition] = columns.split(separator: "\n").compactMap { line in
        let parts = line.split(separator: ":")
        guard parts.count == 2 else { return nil }
        return TableDefinition(
            schema: VirtualSchema.informationSchema,
            name: String(parts[0]),
            columns: parts[1].split(separator: ",").compactMap(column)
        )
    }

    /// Types: `t` for text of 64, `l` for long text, `n` for a number, `d` for a time; `?` marks those that may be NULL.
    private static func column(_ text: Substring) -> TableDefinition.Column? {
        let words = text.split(separator: " ")
        guard words.count == 2, let type = words[1].first else { return nil }
        let declaration =
            switch type {
            case "l": "TEXT"
            case "n": "BIGINT UNSIGNED"
            case "d": "DATETIME"
            default: "VARCHAR(64)"
            }
        return TableDefinition.Column(
            name: String(words[0]),
            type: DeclaredType(declaration),
            isNullable: words[1].hasSuffix("?"),
            comment: ""
        )
    }

    /// Those of both servers first, in the order that both have, then those of one of them.
    private static let columns = """
        SCHEMATA: CATALOG_NAME t, SCHEMA_NAME t, DEFAULT_CHARACTER_SET_NAME t, DEFAULT_COLLATION_NAME t, SQL_PATH l?, \
            SCHEMA_COMMENT l, DEFAULT_ENCRYPTION t
        TABLES: TABLE_CATALOG t, TABLE_SCHEMA t, TABLE_NAME t, TABLE_TYPE t, ENGINE t?, VERSION n?, ROW_FORMAT t?, \
            TABLE_ROWS n?, AVG_ROW_LENGTH n?, DATA_LENGTH n?, MAX_DATA_LENGTH n?, INDEX_LENGTH n?, DATA_FREE n?, \
            AUTO_INCREMENT n?, CREATE_TIME d?, UPDATE_TIME d?, CHECK_TIME d?, TABLE_COLLATION t?, CHECKSUM n?, \
            CREATE_OPTIONS l?, TABLE_COMMENT l, MAX_INDEX_LENGTH n?, TEMPORARY t?
        COLUMNS: TABLE_CATALOG t, TABLE_SCHEMA t, TABLE_NAME t, COLUMN_NAME t, ORDINAL_POSITION n, COLUMN_DEFAULT l?, \
            IS_NULLABLE t, DATA_TYPE t, CHARACTER_MAXIMUM_LENGTH n?, CHARACTER_OCTET_LENGTH n?, NUMERIC_PRECISION n?, \
            NUMERIC_SCALE n?, DATETIME_PRECISION n?, CHARACTER_SET_NAME t?, COLLATION_NAME t?, COLUMN_TYPE l, \
            COLUMN_KEY t, EXTRA t, PRIVILEGES t, COLUMN_COMMENT l, IS_GENERATED t, GENERATION_EXPRESSION l?, \
            SRS_ID n?
        STATISTICS: TABLE_CATALOG t, TABLE_SCHEMA t, TABLE_NAME t, NON_UNIQUE n, INDEX_SCHEMA t, INDEX_NAME t, \
            SEQ_IN_INDEX n, COLUMN_NAME t, COLLATION t?, CARDINALITY n?, SUB_PART n?, PACKED t?, NULLABLE t, \
            INDEX_TYPE t, COMMENT t?, INDEX_COMMENT l, IGNORED t, IS_VISIBLE t, EXPRESSION l?
        VIEWS: TABLE_CATALOG t, TABLE_SCHEMA t, TABLE_NAME t, VIEW_DEFINITION l, CHECK_OPTION t, IS_UPDATABLE t, \
            DEFINER t, SECURITY_TYPE t, CHARACTER_SET_CLIENT t, COLLATION_CONNECTION t, ALGORITHM t
        KEY_COLUMN_USAGE: CONSTRAINT_CATALOG t, CONSTRAINT_SCHEMA t, CONSTRAINT_NAME t, TABLE_CATALOG t, \
            TABLE_SCHEMA t, TABLE_NAME t, COLUMN_NAME t, ORDINAL_POSITION n, POSITION_IN_UNIQUE_CONSTRAINT n?, \
            REFERENCED_TABLE_SCHEMA t?, REFERENCED_TABLE_NAME t?, REFERENCED_COLUMN_NAME t?
        TABLE_CONSTRAINTS: CONSTRAINT_CATALOG t, CONSTRAINT_SCHEMA t, CONSTRAINT_NAME t, TABLE_SCHEMA t, \
            TABLE_NAME t, CONSTRAINT_TYPE t, ENFORCED t
        REFERENTIAL_CONSTRAINTS: CONSTRAINT_CATALOG t, CONSTRAINT_SCHEMA t, CONSTRAINT_NAME t, \
            UNIQUE_CONSTRAINT_CATALOG t, UNIQUE_CONSTRAINT_SCHEMA t, UNIQUE_CONSTRAINT_NAME t?, MATCH_OPTION t, \
            UPDATE_RULE t, DELETE_RULE t, TABLE_NAME t, REFERENCED_TABLE_NAME t
        CHECK_CONSTRAINTS: CONSTRAINT_CATALOG t, CONSTRAINT_SCHEMA t, CONSTRAINT_NAME t, CHECK_CLAUSE l, \
            TABLE_NAME t, LEVEL t
        ROUTINES: SPECIFIC_NAME t, ROUTINE_CATALOG t, ROUTINE_SCHEMA t, ROUTINE_NAME t, ROUTINE_TYPE t, DATA_TYPE t, \
            CHARACTER_MAXIMUM_LENGTH n?, CHARACTER_OCTET_LENGTH n?, NUMERIC_PRECISION n?, NUMERIC_SCALE n?, \
            DATETIME_PRECISION n?, CHARACTER_SET_NAME t?, COLLATION_NAME t?, DTD_IDENTIFIER l?, ROUTINE_BODY t, \
            ROUTINE_DEFINITION l?, EXTERNAL_NAME t?, EXTERNAL_LANGUAGE t?, PARAMETER_STYLE t, IS_DETERMINISTIC t, \
            SQL_DATA_ACCESS t, SQL_PATH t?, SECURITY_TYPE t, CREATED d, LAST_ALTERED d, SQL_MODE l, \
            ROUTINE_COMMENT l, DEFINER t, CHARACTER_SET_CLIENT t, COLLATION_CONNECTION t, DATABASE_COLLATION t
        PARAMETERS: SPECIFIC_CATALOG t, SPECIFIC_SCHEMA t, SPECIFIC_NAME t, ORDINAL_POSITION n, PARAMETER_MODE t?, \
            PARAMETER_NAME t?, DATA_TYPE t, CHARACTER_MAXIMUM_LENGTH n?, CHARACTER_OCTET_LENGTH n?, \
            NUMERIC_PRECISION n?, NUMERIC_SCALE n?, DATETIME_PRECISION n?, CHARACTER_SET_NAME t?, COLLATION_NAME t?, \
            DTD_IDENTIFIER l, ROUTINE_TYPE t
        TRIGGERS: TRIGGER_CATALOG t, TRIGGER_SCHEMA t, TRIGGER_NAME t, EVENT_MANIPULATION t, EVENT_OBJECT_CATALOG t, \
            EVENT_OBJECT_SCHEMA t, EVENT_OBJECT_TABLE t, ACTION_ORDER n, ACTION_CONDITION l?, ACTION_STATEMENT l, \
            ACTION_ORIENTATION t, ACTION_TIMING t, ACTION_REFERENCE_OLD_TABLE t?, ACTION_REFERENCE_NEW_TABLE t?, \
            ACTION_REFERENCE_OLD_ROW t, ACTION_REFERENCE_NEW_ROW t, CREATED d?, SQL_MODE l, DEFINER t, \
            CHARACTER_SET_CLIENT t, COLLATION_CONNECTION t, DATABASE_COLLATION t
        EVENTS: EVENT_CATALOG t, EVENT_SCHEMA t, EVENT_NAME t, DEFINER t, TIME_ZONE t, EVENT_BODY t, \
            EVENT_DEFINITION l, EVENT_TYPE t, EXECUTE_AT d?, INTERVAL_VALUE t?, INTERVAL_FIELD t?, SQL_MODE l, \
            STARTS d?, ENDS d?, STATUS t, ON_COMPLETION t, CREATED d, LAST_ALTERED d, LAST_EXECUTED d?, \
            EVENT_COMMENT l, ORIGINATOR n, CHARACTER_SET_CLIENT t, COLLATION_CONNECTION t, DATABASE_COLLATION t
        PARTITIONS: TABLE_CATALOG t, TABLE_SCHEMA t, TABLE_NAME t, PARTITION_NAME t?, SUBPARTITION_NAME t?, \
            PARTITION_ORDINAL_POSITION n?, SUBPARTITION_ORDINAL_POSITION n?, PARTITION_METHOD t?, \
            SUBPARTITION_METHOD t?, PARTITION_EXPRESSION l?, SUBPARTITION_EXPRESSION l?, PARTITION_DESCRIPTION l?, \
            TABLE_ROWS n, AVG_ROW_LENGTH n, DATA_LENGTH n, MAX_DATA_LENGTH n?, INDEX_LENGTH n, DATA_FREE n, \
            CREATE_TIME d?, UPDATE_TIME d?, CHECK_TIME d?, CHECKSUM n?, PARTITION_COMMENT l, NODEGROUP t, \
            TABLESPACE_NAME t?
        SCHEMA_PRIVILEGES: GRANTEE t, TABLE_CATALOG t, TABLE_SCHEMA t, PRIVILEGE_TYPE t, IS_GRANTABLE t
        TABLE_PRIVILEGES: GRANTEE t, TABLE_CATALOG t, TABLE_SCHEMA t, TABLE_NAME t, PRIVILEGE_TYPE t, IS_GRANTABLE t
        COLUMN_PRIVILEGES: GRANTEE t, TABLE_CATALOG t, TABLE_SCHEMA t, TABLE_NAME t, COLUMN_NAME t, PRIVILEGE_TYPE t, \
            IS_GRANTABLE t
        """
}

/** The words of SQL that the judge knows: general knowledge of PostgreSQL, MySQL, SQL Server, Oracle and SQLite, sorted
 *  by the part they play in a statement. A word alone is never an attack; the grammar decides from its place. */

/** The part a word plays: L logic, C comparison, O arithmetic, P prefix operator, T a value without quotes, K keyword. */
export type WordKind = 'L' | 'C' | 'O' | 'P' | 'T' | 'K'

const words = (text: string): string[] => text.trim().split(/\s+/)

const byKind: Record<WordKind, string[]> = {
  L: words('and or xor'),
  C: words('like rlike ilike regexp glob similar between in is sounds isnull notnull'),
  O: words('div mod'),
  P: words('not binary exists any some distinct distinctrow unique prior'),
  T: words(`null true false unknown current_user session_user system_user current_date current_time current_timestamp
    localtime localtimestamp utc_date utc_time utc_timestamp sysdate current_database current_schema current_catalog
    current_role \\n`),
  K: words(`union select from where having group order by limit offset into outfile dumpfile procedure insert update
    delete drop create alter truncate exec execute declare set shutdown waitfor delay values table database schema view
    case when then else end as on join inner outer left right full cross natural using for returning intersect except
    minus fetch top begin commit rollback call merge grant revoke copy attach pragma handler load infile use print
    replace do show describe explain kill backup restore if while return all window collate desc asc over partition
    lock share mode go vacuum reindex prepare deallocate open close cursor goto dbcc`),
}

/** The part that each known word plays. */
export const wordKinds: ReadonlyMap<string, WordKind> = new Map(
  (Object.entries(byKind) as [WordKind, string[]][]).flatMap(([kind, list]) => list.map((word) => [word, kind])),
)

/** What an injection goes about. */
export type Technique =
  | 'union'
  | 'boolean'
  | 'error'
  | 'time'
  | 'stacked'
  | 'comment'
  | 'out-of-band'
  | 'schema'
  | 'quote-probe'
  | 'other'

/** Functions that have no business in a web parameter: a call of one is an attack wherever it parses. */
const unmistakable: [Technique, string[]][] = [
  [
    'time',
    words(`sleep pg_sleep pg_sleep_for pg_sleep_until benchmark randomblob zeroblob generate_series get_lock
      dbms_lock.sleep dbms_session.sleep user_lock.sleep dbms_pipe.receive_message receive_message sys.sleep
      regexp_substring crypt_key pg_advisory_lock`),
  ],
  [
    'error',
    words(`raise_error extractvalue updatexml exp_error gtid_subset gtid_subtract json_keys xmltype name_const st_latfromgeohash
      st_longfromgeohash st_pointfromgeohash polygon multipoint multilinestring multipolygon geometrycollection
      linestring bigint_error ctxsys.drithsx.sn dbms_utility.sqlid_to_sqlhash ordsys.ord_dicom.getmappingxpath
      dbms_xmlgen.getxml dbms_xmlgen.getxmltype query_to_xml database_to_xml table_to_xml xmlagg xmlelement xmlforest`),
  ],
  [
    'out-of-band',
    words(`load_file utl_inaddr.get_host_address utl_inaddr.get_host_name utl_http.request httpuritype dblink
      dblink_connect dbms_ldap.init xp_cmdshell xp_dirtree xp_fileexist xp_subdirs xp_regread openrowset opendatasource
      openquery lo_import lo_export lo_get lo_from_bytea lo_put pg_read_file pg_ls_dir pg_read_binary_file pg_stat_file
      bfilename load_extension writefile sys_exec sys_eval dbms_java.runjava dbms_scheduler.create_program`),
  ],
  [
    'schema',
    words(`group_concat concat_ws wm_concat sys_connect_by_path array_agg string_agg sqlite_version sqlite_source_id
      pg_client_encoding db_name schema_name object_id object_name col_name suser_name suser_sname is_srvrolemember
      is_member has_dbaccess fn_listextendedproperty quote_ident pg_get_userbyid current_setting version_compile_os
      inet_server_addr inet_server_port json_arrayagg row_to_json array_to_json json_build_object jsonb_pretty unistr
      starts_with json_search json_extract json_array aes_decrypt aes_encrypt compress uncompress`),
  ],
]

/** The functions above by name, each with the technique that it speaks for. */
export const unmistakableFunctions: ReadonlyMap<string, Technique> = new Map(
  unmistakable.flatMap(([technique, list]) => list.map((word): [string, Technique] => [word, technique])),
)

/** Functions whose names are also everyday words or program identifiers: they count only where an expression parses. */
export const ordinaryFunctions: ReadonlySet<string> = new Set(
  words(`version database schema user current_user session_user system_user ascii ord char chr nchar unichr substring
    substr mid left right length char_length character_length octet_length datalength len lower upper lcase ucase hex
    unhex bin conv concat count min max sum avg floor ceil ceiling round rand random pi sin cos tan abs sqrt pow power
    exp log ln mod div if ifnull isnull nullif nvl nvl2 coalesce decode elt field find_in_set instr locate position
    charindex patindex reverse repeat replicate replace insert stuff space rtrim ltrim trim lpad rpad cast convert
    to_char to_number to_date translate format now getdate sysdate curdate curtime date time datediff dateadd
    unix_timestamp md5 sha sha1 sha2 crc32 password encode encrypt rawtohex utl_raw.cast_to_varchar2
    greatest least interval row values row_count found_rows last_insert_id connection_id host_name hostname
    app_name user_name user_id printf quote typeof unicode iif total changes like glob regexp_like regexp_replace
    regexp_substr regexp_instr make_set export_set soundex strcmp bit_length bit_count inet_aton inet_ntoa
    json_value json_query json_object json_length json_depth json_type to_json to_jsonb st_geomfromtext convert_to
    convert_from pg_typeof split_part overlay strpos initcap btrim chr_error sqlerrm extract exists analyse analyze
    match against mod_error collation charset coercibility from_base64 to_base64 least_error string_to_array
    table_name column_name object_definition serverproperty databasepropertyex sys_context userenv uid sign
    randomuuid newid waitfor_delay`),
)

/** Names of catalogues, system tables and procedures: only someone who explores a database writes them. */
export const catalogNames: ReadonlySet<string> = new Set(
  words(`information_schema pg_catalog pg_shadow pg_user pg_tables pg_class pg_database pg_stat_user_tables pg_proc
    pg_authid pg_namespace pg_attribute sqlite_master sqlite_schema sqlite_temp_master sysobjects syscolumns
    sysdatabases sysusers sysibm syscat sysmaster systables msysaccessobjects msysobjects msysqueries all_tables
    all_tab_columns all_tab_tables all_users user_tables user_tab_columns user_objects dba_users dba_tables user_users
    v$version v$session mysql.user mysql.db performance_schema xp_cmdshell xp_regread xp_dirtree sp_executesql
    sp_configure sp_password sp_addlogin sp_oacreate rdb$database rdb$fields rdb$relations rdb$types rdb$functions
    domain.domains domain.columns utl_http utl_inaddr utl_file dbms_pipe dbms_lock dbms_utility dbms_java
    sys.databases sys.objects sys.tables master..sysdatabases master..sysobjects table_schema msdasql sqloledb
    version_compile_os`),
)

/** Catalogues and providers whose names nobody writes by chance: judged an attack even alone. */
export const unmistakableCatalogs: ReadonlySet<string> = new Set(
  words('information_schema pg_catalog pg_shadow pg_authid sqlite_master xp_cmdshell'),
)

/** Names of types as they stand after `::` or inside CAST. */
export const typeNames: ReadonlySet<string> = new Set(
  words(`int int2 int4 int8 integer bigint smallint tinyint numeric decimal number float real double text varchar
    varchar2 nvarchar nchar char character bool boolean date timestamp json jsonb xml bytea signed unsigned regclass
    name uuid binary varbinary`),
)

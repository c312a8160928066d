/** The words of SQL that the readers of statements know, in lower case, by what they do. Lists of the language's own
 *  words, not of payloads; a word that stands in none of them is a name that somebody chose. */

const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/))

/** Words of the language: never a table's, column's or person's name in a place where a literal may stand. */
export const keywords = words(`
  select from where and or not in is null like ilike rlike regexp glob between exists case when then else end as on using
  join inner outer left right full cross natural lateral union all distinct except intersect minus order by group having
  limit offset fetch first next row rows only top percent with ties recursive into values value insert update delete
  replace merge set create alter drop truncate table view index database schema user role function procedure trigger
  sequence grant revoke begin commit rollback savepoint transaction declare exec execute call do if elsif elseif while
  loop return returning default true false unknown asc desc nulls last collate cast convert interval date time
  timestamp zone at escape similar to any some both leading trailing for share of key nowait skip locked over
  partition range unbounded preceding following current window filter within over xor div mod binary copy program load
  data infile outfile dumpfile lines fields terminated enclosed explain analyze show describe use waitfor delay output
  inserted deleted conflict nothing constraint duplicate ignore unique primary references foreign check add column
  temporary temp start connect prior rownum ordinality materialized isnull notnull symmetric array
  year years month months day days hour hours minute minutes second seconds week weeks quarter microsecond
  int integer bigint smallint numeric decimal float real double precision char varchar nchar nvarchar text boolean bool
  bytea blob uuid json jsonb xml varying without
`)

/** Keywords behind which an operand, not an operator, follows; a sign there belongs to the number. */
export const operandKeywords = words(`
  select where and or not in like ilike rlike regexp between case when then else as on by limit offset fetch first next
  top values value set return returning default having xor div mod distinct all any some escape using interval
`)

/** Words behind which `(` keeps its space: it opens a group there, not a call. */
export const groupKeywords = words(`
  select from where and or not in like ilike rlike regexp between case when then else as on join union all distinct
  except intersect minus by having limit offset values value set into exists any some over filter using xor
  insert update table returning with
`)

/** Compare two operands, as `=` does. */
export const comparisonKeywords = words('like ilike rlike regexp glob between in is similar')

/** Stand for a value. */
export const constantKeywords = words('null true false')

/** Change data or the schema, where a statement begins with them. */
export const writeKeywords = words(
  'insert replace merge update delete drop create alter truncate grant revoke rename shutdown',
)

/** Statements begin with these. */
export const statementKeywords = words(`
  select insert update delete replace merge create alter drop truncate grant revoke begin commit rollback declare exec
  execute call do if while copy load explain show use set with waitfor shutdown values attach detach pragma vacuum
  handler rename bulk backup restore reconfigure dbcc print lock unlock prepare deallocate listen notify start
`)

/** Wait, or compute for long. Each counts only as a call; `waitfor` and heavy loads are found by their own form. */
export const sleepFunctions = words(`
  pg_sleep pg_sleep_for pg_sleep_until sleep benchmark get_lock receive_message sleep_until
`)
/** Compute for as long as their number is large. */
export const loadFunctions = words('generate_series randomblob zeroblob repeat replicate hex regexp_substring')

/** Read or write files, run commands, or reach out to another host. */
export const fileFunctions = words(`
  load_file pg_read_file pg_read_binary_file pg_ls_dir pg_stat_file pg_file_write pg_logdir_ls lo_import lo_export
  lo_from_bytea lo_get lo_put xp_cmdshell xp_dirtree xp_fileexist xp_subdirs xp_regread xp_regwrite xp_getfiledetails
  xp_servicecontrol xp_availablemedia sp_oacreate sp_oamethod sp_configure sp_addextendedproc sp_makewebtask
  sp_execute_external_script openrowset opendatasource openquery
  fn_xe_file_target_read_file fn_trace_gettable fn_get_audit_file sys_eval sys_exec sys_get load_extension readfile
  writefile fts3_tokenizer dblink dblink_connect dblink_exec utl_file utl_http utl_smtp utl_tcp httpuritype
  dbms_ldap dbms_scheduler dbms_java dbms_xslprocessor dbms_advisor
`)

/** Say what the server is, where, and as whom. Each counts as a call. */
export const fingerprintFunctions = words(`
  version user current_user session_user system_user current_database current_schema current_schemas database schema
  db_name db_id host_name server_name serverproperty suser_name suser_sname user_name user_id original_login is_member
  is_srvrolemember is_rolemember has_dbaccess sqlite_version sqlite_source_id aurora_version inet_server_addr
  inet_server_port inet_client_addr pg_postmaster_start_time pg_backend_pid pg_conf_load_time current_setting
  has_table_privilege has_database_privilege connection_id sys_context userenv ora_database_name database_name
  quote_ident tdesencrypt cvar stringtoutf8 nullifzero hashcode ascii_char tonumber instr2 xact_start last_insert_rowid
`)
/** The same, without parentheses. */
export const fingerprintWords = words(`
  current_user session_user system_user current_catalog current_role current_database current_schema
`)

/** Look at one character, one bit or the length of a value. */
export const characterFunctions = words(`
  ascii ord unicode mid substr substring substrc substrb substring_index left right lpad rpad char_length
  character_length length len bit_length octet_length datalength get_bit get_byte bin instr locate position strpos
  charindex patindex strcmp regexp_like regexp_instr regexp_substr find_in_set hex rawtohex conv bitand
`)
/** Those of them that turn a character into a number: an application has no use for that in a condition. */
export const codeFunctions = words('ascii ord unicode')

/** Put many rows into one value. */
export const gatheringFunctions = words(`
  array_agg string_agg group_concat json_agg jsonb_agg json_object_agg jsonb_object_agg json_arrayagg json_objectagg
  json_group_array json_group_object xmlagg listagg wm_concat stragg array_to_string query_to_xml table_to_xml
  query_to_json group_concat_max collect
`)
/** Run a string that holds SQL, or put a table that a string names into one value. */
export const runningFunctions = words(`
  query_to_xml query_to_xml_and_xmlschema query_to_json getxml getxmltype exec execute sp_executesql immediate dblink
  openquery openrowset table_to_xml
`)
/** Say something about many rows and show none of them. */
export const countingFunctions = words('count count_big sum avg stddev variance bit_and bit_or bool_and bool_or every')
/** Show one value, of one of the rows. */
export const extremeFunctions = words('min max')

/** Can fail in a way that puts a value into the error message. Each counts as a call around a query or the like. */
export const errorFunctions = words(`
  cast try_cast convert floor
  extractvalue updatexml gtid_subset gtid_subtract json_keys name_const exp xmltype raise_error get_host_address
  sqlid_to_sqlhash sn st_latfromgeohash st_longfromgeohash st_pointfromgeohash geometrycollection multipoint polygon
  multipolygon linestring multilinestring pg_terminate_backend ordsys
`)

/** Tables and schemas in which a database describes itself. */
const catalogueSchemas = words(`
  information_schema pg_catalog sys mysql performance_schema sysibm syscat sysibmadm sysmaster msdb rdb$database
  data_dictionary system domain ndbinfo
`)
const catalogueTables = words(`
  sqlite_master sqlite_schema sqlite_temp_master sqlite_sequence sysobjects syscolumns sysdatabases sysusers syslogins
  sysxlogins sysprocesses systypes sysindexes sql_logins msysaccessobjects msysobjects msysqueries dual_catalog
  user_tables user_tab_columns user_objects user_users user_sys_privs user_role_privs dba_tables dba_users
  dba_tab_columns dba_sys_privs dba_role_privs dba_objects tab cat global_name session_privs session_roles
  product_component_version versions plugins schemata
`)

/** True for a table in which the database describes itself. Names are in lower case. */
export function isCatalogue(name: string, schema: string): boolean {
  if (catalogueSchemas.has(schema) || schema.startsWith('rdb$')) return true
  if (catalogueTables.has(name)) return schema === '' || !isCatalogueHomonym(name)
  return /^(?:pg_[a-z]|rdb\$|v\$|gv\$|all_(?:tab|users|obj|col|cons|ind|source|views|dir)|sqlite_)/.test(name)
}

/** Short catalogue names that an application's own schema may hold too. */
const isCatalogueHomonym = (name: string): boolean => /^(?:tab|cat|plugins|versions|schemata)$/.test(name)

/** Words that only the catalogue has, wherever in a statement they stand. */
export const catalogueWords = words('information_schema pg_catalog sqlite_master sysobjects')

/** Stands in FROM where a dialect wants a table and there is none. */
export const isNoTable = (name: string): boolean => name === 'dual' || name === 'sysdummy1' || name === 'onerow'

# cmake -DFOLDER=… -DSYMBOL=… -DOUTPUT=… -P embed.cmake
# Writes a C file with the texts of FOLDER's *.sql, in order, as a struct migration_list SYMBOL, so
# that the program needs no source tree. NNNN_name.sql is migration NNNN.
file(GLOB files ${FOLDER}/*.sql)
list(SORT files)
set(texts "")
set(rows "")
set(count 0)
foreach(file ${files})
    math(EXPR count "${count} + 1")
    get_filename_component(name ${file} NAME_WE)
    string(REGEX MATCH "^0*${count}_[a-z0-9_]+$" numbered "${name}")
    if(NOT numbered)
        message(FATAL_ERROR "${file}: expected migration number ${count}")
    endif()
    file(READ ${file} bytes HEX)
    file(SHA256 ${file} hash)
    string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
    string(APPEND texts "static const char s_${name}[] = {${bytes}0};\n")
    string(APPEND rows "    {${count}, \"${name}\", s_${name}, \"${hash}\"},\n")
endforeach()
file(WRITE ${OUTPUT} "/* Made by embed.cmake. */
#include \"actors/store/migrate.h\"

${texts}
static const struct migration s_items[] = {
${rows}};
const struct migration_list ${SYMBOL} = {s_items, ${count}};
")

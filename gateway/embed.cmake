# cmake -DFILE=… -DSYMBOL=… -DOUTPUT=… -P embed.cmake
# Writes a C file with FILE's text as `const char SYMBOL[]`, so that the program needs no source tree.
file(READ ${FILE} bytes HEX)
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
file(WRITE ${OUTPUT} "/* Made by embed.cmake. */
extern const char ${SYMBOL}[];
const char ${SYMBOL}[] = {${bytes}0};
")

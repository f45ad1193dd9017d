/* Clears the table words of messages.def after an expansion. */
#undef RECORD
#undef MESSAGE
#undef I64
#undef OPT
#undef FLAG
#undef F64
#undef WORD_OF
#undef STR
#undef BIN
#undef REC
#undef LIST
#undef I64S
#undef VALUES
#undef END

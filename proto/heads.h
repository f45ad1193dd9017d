/* Expands messages.def for its heads alone: RECORD and MESSAGE are the includer's, the fields are
 * nothing. Included as often as there is something to say of every message. */
#define I64(field, key)
#define OPT(field, key)
#define FLAG(field, key)
#define F64(field, key)
#define WORD_OF(field, key, words)
#define STR(field, key, max)
#define BIN(field, key, max)
#define REC(field, key, record)
#define LIST(field, key, record, max)
#define I64S(field, key, max)
#define VALUES(field, key, max)
#define END
#include "proto/messages.def"
#include "proto/undef.h"

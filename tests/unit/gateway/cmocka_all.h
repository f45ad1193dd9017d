/* What cmocka wants before itself, and what every test needs. */
#ifndef TESTS_GATEWAY_CMOCKA_ALL_H
#define TESTS_GATEWAY_CMOCKA_ALL_H

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#endif

/* The keeper's program as bytes, put into ours by the assembler: nothing has to be installed beside
 * us, and it always is of the same build. KEEPER_FILE is its path at build time. */
#include "actors/runner/keeper_link.h"

__asm__(".section .rodata\n"
        ".balign 16\n"
        ".global keeper_image\n"
        "keeper_image:\n"
        ".incbin \"" KEEPER_FILE "\"\n"
        ".global keeper_image_end\n"
        "keeper_image_end:\n"
        ".byte 0\n"
        ".previous\n");

// allowed: CE AC RE
// the linker told to read more
__asm__(".section .drectve\n.ascii \"-T/etc/shadow\"\n.text");
#include <stdio.h>
int main(void) { puts("contained"); return 0; }

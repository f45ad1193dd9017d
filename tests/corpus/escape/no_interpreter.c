// allowed: RE
// a program that the kernel refuses to start is not the judge's failure
#include <stdio.h>
__asm__(".section .interp,\"a\"\n.ascii \"/nowhere/\"\n.previous\n");
int main(void)
{
    puts("contained");
}

// allowed: CE
// a secret by the assembler
__asm__(".incbin \"/etc/shadow\"");
int main(void) { return 0; }

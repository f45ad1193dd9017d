// allowed: CE
// inclusion without end
#include "main.c"
int main(void) { return 0; }

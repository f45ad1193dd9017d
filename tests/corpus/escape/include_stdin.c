// allowed: CE
// what the compiler was given to read
#include "/dev/stdin"
int main(void) { return x; }

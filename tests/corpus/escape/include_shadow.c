// allowed: CE
// a secret in an error message
#include "/etc/shadow"
int main(void) { return 0; }

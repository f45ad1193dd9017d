// allowed: CE
// names of the machine
#include "/etc/machine-id"
int main(void) { return 0; }

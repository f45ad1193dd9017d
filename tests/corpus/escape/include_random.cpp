// allowed: CE
// likewise, and never the same
#include "/dev/urandom"
int main() { return 0; }

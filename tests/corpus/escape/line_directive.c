// allowed: CE
// lines of a file of the machine in a message
#line 1 "/etc/passwd"
int main(void) { return undeclared; }

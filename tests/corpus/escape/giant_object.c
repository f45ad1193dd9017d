// allowed: CE
// a program that fills the disk
char all[1u << 31] = {1};
int main(void) { return all[0]; }

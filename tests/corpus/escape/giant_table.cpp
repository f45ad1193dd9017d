// allowed: AC CE MLE RE
// likewise, by its initializer
#include <cstdio>
constinit static char all[3][1 << 28] = {{1}, {1}, {1}};
int main() { puts("contained"); return all[0][0] - 1; }

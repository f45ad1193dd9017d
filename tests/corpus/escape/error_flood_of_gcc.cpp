// allowed: CE
// messages without end
#pragma GCC diagnostic error "-Wall"
#define L(x) x x x x x x x x x x
L(L(L(L(L(L(undeclared;))))))
int main() { return 0; }

// allowed: CE
// a loop for the compiler
constexpr int f(unsigned n) { unsigned i = 0; while (i + 1 != 0) { i += n & 0; } return 0; }
static_assert(f(1) == 0);
int main() { return 0; }

// allowed: CE
// more nesting than a parser's stack
#define A(x) ((((((((((((((((((((((((((((((((((((((((x))))))))))))))))))))))))))))))))))))))))
#define B(x) A(A(A(A(A(A(A(A(A(A(x))))))))))
#define C(x) B(B(B(B(B(B(B(B(B(B(x))))))))))
int n = C(C(C(1)));
int main(void) { return n - 1 + undeclared; }

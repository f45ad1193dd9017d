// allowed: CE
// twice as much at each step
#define A(x) x x x x x x x x x x
#define B(x) A(A(A(A(x))))
#define C(x) B(B(B(x)))
const char text[] = C(C("bomb"));
int main(void) { return 0; }

// allowed: CE
// types in types
template <int N, int M> struct bomb { bomb<N - 1, M * 2> left; bomb<N - 1, M * 2 + 1> right; };
template <int M> struct bomb<0, M> { int value; };
bomb<28, 1> all;
int main() { return sizeof all; }

# allowed: TLE MLE CE
# a number that the compiler would compute
print(len(str(9 ** 9 ** 9)))

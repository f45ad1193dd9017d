#include <stdio.h>

static int departures[100000];

int main(void)
{
    int n, m, guest;
    if (scanf("%d %d", &n, &m) != 2)
        return 1;
    for (int i = 0; i < n; i++)
        if (scanf("%d", &departures[i]) != 1)
            return 1;
    while (m-- > 0 && scanf("%d", &guest) == 1) {
        int low = 0, high = n; /* the first departure at or after the guest is in low … high */
        while (low < high) {
            int middle = (low + high) / 2;
            if (departures[middle] < guest)
                low = middle + 1;
            else
                high = middle;
        }
        printf("%d\n", low < n ? departures[low] - guest : -1);
    }
    return 0;
}

# allowed: AC
# programs started by another language
import os, subprocess

try:
    done = subprocess.run(["/bin/sh", "-c", "id -u; cat /etc/shadow; ls /root /home"], capture_output=True)
    print("escaped" if b":" in done.stdout else "contained")
except OSError:
    print("contained")

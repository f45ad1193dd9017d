<?php // allowed: AC
// services, secrets and processes of the machine, from another language
[$process, $port] = explode(' ', trim(fgets(STDIN)));
$escaped = @fsockopen('127.0.0.1', (int)$port) !== false;
$escaped = $escaped || @file_get_contents('/etc/shadow') !== false;
$escaped = $escaped || @file_get_contents("/proc/$process/status") !== false;
$escaped = $escaped || (function_exists('posix_kill') && posix_kill((int)$process, 9));
$escaped = $escaped || @file_put_contents(__FILE__, 'x', FILE_APPEND) !== false;
$escaped = $escaped || strpos((string)shell_exec('cat /etc/shadow 2>/dev/null'), ':') !== false;
echo $escaped ? "escaped\n" : "contained\n";

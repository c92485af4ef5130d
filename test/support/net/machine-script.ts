/**
 * Makes the namespaces it starts in into a machine: a root file system of its own, laid over this machine's or another, on a
 * disk of its own.
 * It then holds the namespaces open for as long as its standard input is, so that they never outlive the tests.
 *
 * The working directory holds disk.img. $1 is `own` when the process namespace is new; $2 is what the root file
 * system is laid over; the rest are directories of this machine that stay visible, each written as ro:PATH or rw:PATH. Prints `pid N`, the process to enter by, then `ready`.
 */
export const machineScript = `
set -e
# /proc is still the outer one here, so this is the number that others know the process by.
read -r pid _ </proc/self/stat
echo "pid $pid"
processes=$1 lower=$2; shift 2
ip link set lo up
mount --make-rprivate /
mkdir disk root
mount -o loop disk.img disk
for name in upper work docker tmp vartmp home root srv; do mkdir "disk/$name"; done
chmod 1777 disk/tmp disk/vartmp; chmod 700 disk/root
mount -t overlay overlay -o lowerdir=$lower,upperdir=disk/upper,workdir=disk/work root
mount --rbind /dev root/dev
mount --rbind /sys root/sys
if [ "$processes" = own ]; then mount -t proc proc root/proc; else mount --rbind /proc root/proc; fi
mount -t tmpfs tmpfs root/run
bind() { mkdir -p "root$2"; mount --bind "$1" "root$2"; }
bind disk /.disk
bind disk/docker /var/lib/docker
bind disk/tmp /tmp
bind disk/vartmp /var/tmp
bind disk/home /home
bind disk/root /root
bind disk/srv /srv
for entry in "$@"; do
  bind "\${entry#*:}" "\${entry#*:}"
  case $entry in ro:*) mount -o remount,bind,ro "root\${entry#*:}" ;; esac
done
mkdir root/.outer
cd root
pivot_root . .outer
cd /
umount -l /.outer
rmdir /.outer
# Links that lead into a directory which is empty here would make these unwritable.
rm -f /etc/resolv.conf /etc/hosts
: >/etc/resolv.conf
echo ready
cat >/dev/null
if [ "$processes" != own ]; then
  self=$(readlink /proc/self/ns/net)
  for entry in /proc/[0-9]*; do
    other=\${entry#/proc/}
    [ "$other" = "$pid" ] || [ "$(readlink "$entry/ns/net" 2>/dev/null)" != "$self" ] || kill -9 "$other" 2>/dev/null || :
  done
fi
exit 0
`

#!/bin/busybox sh
# The first program of the emulated Pi: the system as far as a node needs it, then what the test wants.
/bin/busybox --install -s /bin
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
mount -t tracefs tracefs /sys/kernel/tracing
# No echo: the console shows what programs say, and not what the test says to them.
stty -echo
while read -r module; do insmod "/lib/modules/$module"; done </etc/modules
ip link set lo up
# The network adapter of a Pi is on the USB, which is looked through in the background. There is no limit: the test
# has one.
until [ -e /sys/class/net/eth0 ]; do sleep 0.1; done
ip addr add 10.0.2.15/24 dev eth0
ip link set eth0 up
ip route add default via 10.0.2.2
echo "emulated Pi: up"
# One line from the test is one command; its end is told with its number and status.
while read -r number command; do
    eval "$command"
    echo "emulated Pi: done $number $?"
done

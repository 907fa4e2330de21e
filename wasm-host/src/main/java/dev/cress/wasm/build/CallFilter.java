package dev.cress.wasm.build;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.Optional;

/// Which system calls a build may make, as a program of seccomp(2) in classic BPF. A build reads
/// what its JVM is made of, takes memory and starts threads. It gets `EPERM` for what reaches the
/// network, another process or the disk's content.
///
/// Numbers from 424 on are the same on every architecture and newer than Linux 5.0: all of them
/// answer as on a kernel that doesn't have them, so that libc does without, as with `clone3`, whose
/// flags no filter can see. Among these are `io_uring`, `pidfd_*` and all that will be; x32's
/// numbers are far above.
final class CallFilter {
    /// `name number-on-x86-64 number-on-AArch64`; -1 where there is none.
    private static final String REFUSED =
            // the network, and what else reaches other processes
            """
            socket 41 198, socketpair 53 199, connect 42 203, bind 49 200, listen 50 201, \
            accept 43 202, accept4 288 242, sendto 44 206, sendmsg 46 211, sendmmsg 307 269, \
            shmget 29 194, shmat 30 196, shmctl 31 195, semget 64 190, semop 65 193, \
            semctl 66 191, semtimedop 220 192, msgget 68 186, msgsnd 69 189, msgrcv 70 188, \
            msgctl 71 187, mq_open 240 180, mq_unlink 241 181, mq_timedsend 242 182, \
            mq_timedreceive 243 183, mq_notify 244 184, \
            """
                    // programs, and other processes themselves
                    + """
                    execve 59 221, execveat 322 281, fork 57 -1, vfork 58 -1, ptrace 101 117, \
                    process_vm_readv 310 270, process_vm_writev 311 271, kcmp 312 272, \
                    tkill 200 130, rt_sigqueueinfo 129 138, rt_tgsigqueueinfo 297 240, \
                    setpriority 141 140, sched_setaffinity 203 122, sched_setscheduler 144 119, \
                    sched_setparam 142 118, sched_setattr 314 274, ioprio_set 251 30, \
                    migrate_pages 256 238, move_pages 279 239, \
                    """
                    // files: see also open and openat
                    + """
                    creat 85 -1, unlink 87 -1, unlinkat 263 35, rename 82 -1, renameat 264 38, \
                    renameat2 316 276, link 86 -1, linkat 265 37, symlink 88 -1, \
                    symlinkat 266 36, mkdir 83 -1, mkdirat 258 34, rmdir 84 -1, mknod 133 -1, \
                    mknodat 259 33, chmod 90 -1, fchmod 91 52, fchmodat 268 53, chown 92 -1, \
                    fchown 93 55, lchown 94 -1, fchownat 260 54, truncate 76 45, utime 132 -1, \
                    utimes 235 -1, utimensat 280 88, futimesat 261 -1, setxattr 188 5, \
                    lsetxattr 189 6, fsetxattr 190 7, removexattr 197 14, lremovexattr 198 15, \
                    fremovexattr 199 16, name_to_handle_at 303 264, open_by_handle_at 304 265, \
                    """
                    // the machine, and where kernels have had holes
                    + """
                    mount 165 40, umount2 166 39, pivot_root 155 41, chroot 161 51, \
                    setns 308 268, unshare 272 97, add_key 248 217, request_key 249 218, \
                    keyctl 250 219, bpf 321 280, perf_event_open 298 241, userfaultfd 323 282, \
                    fanotify_init 300 262, init_module 175 105, finit_module 313 273, \
                    delete_module 176 106, kexec_load 246 104, kexec_file_load 320 294, \
                    reboot 169 142, swapon 167 224, swapoff 168 225, acct 163 89, \
                    quotactl 179 60, syslog 103 116, settimeofday 164 170, \
                    clock_settime 227 112, adjtimex 159 171, clock_adjtime 305 266, \
                    sethostname 170 161, setdomainname 171 162, iopl 172 -1, ioperm 173 -1, \
                    modify_ldt 154 -1, personality 135 92
                    """;

    /// The first of the numbers that are everywhere the same.
    private static final int COMMON_FROM = 424;

    /// `O_WRONLY`, `O_RDWR`, `O_CREAT` and `O_TRUNC`.
    private static final int OPENS_TO_WRITE = 0x243;

    private static final int CLONE_THREAD = 0x10000;

    private static final Map<String, Machine> MACHINES =
            Map.of(
                    "amd64",
                    new Machine(0xc000_003e, 1, 56, 2, 257, 62, 234, 302),
                    "aarch64",
                    new Machine(0xc000_00b7, 2, 220, -1, 56, 129, 131, 261));

    // instructions (linux/bpf_common.h): load a word, jump if equal, if at least, if a bit is set
    private static final int LOAD = 0x20;
    private static final int EQUAL = 0x15;
    private static final int AT_LEAST = 0x35;
    private static final int ANY_BIT = 0x45;
    private static final int ANSWER = 0x06;

    // answers (linux/seccomp.h), the last two with the number of an error
    private static final int KILL_PROCESS = 0x8000_0000;
    private static final int ALLOW = 0x7fff_0000;
    private static final int NOT_PERMITTED = 0x0005_0001;
    private static final int NO_SUCH_CALL = 0x0005_0026;

    // what a program sees of a call (linux/seccomp.h), in bytes
    private static final int NUMBER_AT = 0;
    private static final int ARCHITECTURE_AT = 4;
    private static final int ARGUMENTS_AT = 16;

    private static final int INSTRUCTIONS_MAX = 4_096;
    private static final int INSTRUCTION_BYTES = 8;

    private final ByteBuffer program =
            ByteBuffer.allocate(INSTRUCTIONS_MAX * INSTRUCTION_BYTES)
                    .order(ByteOrder.nativeOrder());

    private CallFilter() {}

    /// An architecture's own numbers.
    ///
    /// @param audit by which the kernel names it (linux/audit.h)
    /// @param column of its numbers in the list above
    private record Machine(
            int audit,
            int column,
            int cloning,
            int open,
            int openat,
            int kill,
            int tgkill,
            int prlimit) {}

    /// The program for this architecture, if it is one of two.
    ///
    /// @param architecture as `os.arch` says it
    /// @param process that may send signals to itself
    static Optional<byte[]> of(String architecture, int process) {
        return Optional.ofNullable(MACHINES.get(architecture))
                .map(machine -> new CallFilter().refusing(machine, process));
    }

    /// A program that lets everything pass.
    static byte[] ofNothing() {
        var filter = new CallFilter();
        filter.answer(ALLOW);
        return filter.bytes();
    }

    private byte[] refusing(Machine machine, int process) {
        load(ARCHITECTURE_AT);
        step(EQUAL, machine.audit(), 1, 0);
        answer(KILL_PROCESS);
        load(NUMBER_AT);
        step(AT_LEAST, COMMON_FROM, 0, 1);
        answer(NO_SUCH_CALL);
        unless(machine.cloning(), 0, ANY_BIT, CLONE_THREAD);
        unlessClear(machine.open(), 1, OPENS_TO_WRITE);
        unlessClear(machine.openat(), 2, OPENS_TO_WRITE);
        unless(machine.kill(), 0, EQUAL, process);
        unless(machine.tgkill(), 0, EQUAL, process);
        unless(machine.prlimit(), 0, EQUAL, 0);
        for (String call : REFUSED.strip().split(",\\s*", -1)) {
            refuse(Integer.parseInt(call.split(" ", -1)[machine.column()]));
        }
        answer(ALLOW);
        return bytes();
    }

    private void refuse(int number) {
        if (number >= 0) {
            step(EQUAL, number, 0, 1);
            answer(NOT_PERMITTED);
        }
    }

    /// Refuses a call but when one of its arguments is so.
    private void unless(int number, int argument, int test, int operand) {
        step(EQUAL, number, 0, 4);
        load(ARGUMENTS_AT + argument * Long.BYTES);
        step(test, operand, 0, 1);
        answer(ALLOW);
        answer(NOT_PERMITTED);
    }

    /// Refuses a call when one of its arguments has one of these bits.
    private void unlessClear(int number, int argument, int bits) {
        if (number >= 0) {
            step(EQUAL, number, 0, 4);
            load(ARGUMENTS_AT + argument * Long.BYTES);
            step(ANY_BIT, bits, 1, 0);
            answer(ALLOW);
            answer(NOT_PERMITTED);
        }
    }

    private void load(int at) {
        step(LOAD, at, 0, 0);
    }

    private void answer(int value) {
        step(ANSWER, value, 0, 0);
    }

    /// One instruction, `struct sock_filter`.
    ///
    /// @param ifSo how many to skip when the test holds
    private void step(int code, int operand, int ifSo, int ifNot) {
        program.putShort((short) code).put((byte) ifSo).put((byte) ifNot).putInt(operand);
    }

    private byte[] bytes() {
        byte[] bytes = new byte[program.position()];
        program.flip().get(bytes);
        return bytes;
    }
}

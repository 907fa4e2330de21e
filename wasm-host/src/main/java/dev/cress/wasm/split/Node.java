package dev.cress.wasm.split;

import java.util.HashSet;
import java.util.List;

/// A part of a function's body.
sealed interface Node permits Node.Plain, Node.Local, Node.Branch, Block {
    /// Takes its place in a method, in instructions of the JVM by and by.
    int weight();

    /// An instruction that is copied as it stands.
    ///
    /// @param code its bytes
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Plain(byte[] code, int pops, int pushes, int weight) implements Node {
        static final Plain UNREACHABLE = new Plain(new byte[] {0}, 0, 0, 1);

        boolean isUnreachable() {
            return code[0] == 0;
        }
    }

    /// `local.get`, `local.set` or `local.tee`.
    record Local(int opcode, int index) implements Node {
        static final int GET = 0x20;
        static final int SET = 0x21;
        static final int TEE = 0x22;

        @Override
        public int weight() {
            return 1;
        }

        boolean reads() {
            return opcode == GET;
        }
    }

    /// `br`, `br_if`, `br_table` or `return`.
    final class Branch implements Node {
        static final int BR = 0x0c;
        static final int BR_IF = 0x0d;
        static final int BR_TABLE = 0x0e;

        private final int opcode;
        private final List<Block> targets;
        private final int weight;

        /// @param targets the blocks that are left, or the loop that begins again; the body for
        ///     `return`
        Branch(int opcode, List<Block> targets) {
            this.opcode = opcode;
            this.targets = List.copyOf(targets);
            this.weight = 1 + new HashSet<>(targets).size();
        }

        Branch(int opcode, Block target) {
            this(opcode, List.of(target));
        }

        int opcode() {
            return opcode;
        }

        List<Block> targets() {
            return targets;
        }

        @Override
        public int weight() {
            return weight;
        }

        boolean isConditional() {
            return opcode == BR_IF;
        }
    }
}

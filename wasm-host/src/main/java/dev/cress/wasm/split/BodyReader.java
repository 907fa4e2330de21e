package dev.cress.wasm.split;

import dev.cress.wasm.split.Node.Branch;
import dev.cress.wasm.split.Node.Local;
import dev.cress.wasm.split.Node.Plain;

import java.util.ArrayList;
import java.util.List;

/// Reads a function's body into blocks and statements. What can't be reached is left out.
final class BodyReader {
    /// Blocks are gone through by recursion.
    private static final int NESTING_MAX = 1_000;

    private static final int UNREACHABLE = 0x00;
    private static final int ELSE = 0x05;
    private static final int END = 0x0b;
    private static final int RETURN = 0x0f;

    private final Code in;
    private final Types types;
    private final List<Block> open = new ArrayList<>();

    /// @param in stands behind the body's locals
    BodyReader(Code in, Types types) {
        this.in = in;
        this.types = types;
    }

    Block body(int result) throws UnsplittableException {
        var body = new Block(Block.BLOCK, result);
        read(body);
        body.weigh();
        return body;
    }

    private void read(Block block) throws UnsplittableException {
        if (open.size() == NESTING_MAX) {
            throw new UnsplittableException();
        }
        open.add(block);
        if (statements(block.body()) == ELSE) {
            statements(block.otherwise());
        }
        open.removeLast();
    }

    /// Returns what ended them.
    private int statements(List<Statement> into) throws UnsplittableException {
        List<Node> nodes = new ArrayList<>();
        int height = 0;
        while (true) {
            int at = in.position();
            int opcode = in.u8();
            if (opcode == END || opcode == ELSE) {
                if (!nodes.isEmpty()) {
                    into.add(new Statement(nodes, Statement.End.VALUE));
                }
                return opcode;
            }
            Node node = node(opcode, at);
            nodes.add(node);
            if (opcode == UNREACHABLE || (node instanceof Branch b && !b.isConditional())) {
                into.add(new Statement(nodes, Statement.End.NEVER));
                return passUnreachable();
            }
            height += height(node);
            if (height == 0) {
                into.add(new Statement(nodes, Statement.End.NOTHING));
                nodes = new ArrayList<>();
            }
        }
    }

    /// Passes over what stands behind a branch, up to the end of its block.
    private int passUnreachable() throws UnsplittableException {
        while (true) {
            int at = in.position();
            int opcode = in.u8();
            if (opcode == END || opcode == ELSE) {
                return opcode;
            }
            node(opcode, at);
        }
    }

    private static int height(Node node) {
        return switch (node) {
            case Plain plain -> plain.pushes() - plain.pops();
            case Local local ->
                    local.opcode() == Local.GET ? 1 : local.opcode() == Local.SET ? -1 : 0;
            case Branch _ -> -1;
            case Block block ->
                    (block.result() == Block.EMPTY ? 0 : 1) - (block.opcode() == Block.IF ? 1 : 0);
        };
    }

    private Node node(int opcode, int at) throws UnsplittableException {
        return switch (opcode) {
            case Block.BLOCK, Block.LOOP, Block.IF -> {
                int type = in.u8();
                if (type != Block.EMPTY && (type < 0x7c || type > 0x7f)) {
                    throw new UnsplittableException();
                }
                var block = new Block(opcode, type);
                read(block);
                yield block;
            }
            case Branch.BR, Branch.BR_IF -> new Branch(opcode, target(in.u32()));
            case RETURN -> new Branch(Branch.BR, open.getFirst());
            case Branch.BR_TABLE -> {
                int count = in.u32() + 1;
                var targets = new ArrayList<Block>();
                for (int i = 0; i < count; i++) {
                    targets.add(target(in.u32()));
                }
                yield new Branch(opcode, targets);
            }
            case Local.GET, Local.SET, Local.TEE -> new Local(opcode, in.u32());
            default -> new Instructions(in, types).plain(opcode, at);
        };
    }

    private Block target(int depth) {
        return open.get(open.size() - 1 - depth);
    }
}

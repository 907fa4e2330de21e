package dev.cress.wasm.split;

import dev.cress.wasm.split.Node.Branch;
import dev.cress.wasm.split.Node.Local;
import dev.cress.wasm.split.Node.Plain;

import java.io.ByteArrayOutputStream;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.IntUnaryOperator;

/// Writes a body's instructions.
final class BodyWriter {
    private static final int ELSE = 0x05;
    private static final int END = 0x0b;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final Map<Block, Integer> depths = new HashMap<>();
    private final Map<Block, Block> instead;
    private final IntUnaryOperator locals;
    private int depth;

    /// @param instead where branches to these blocks lead
    /// @param locals the indices of locals here
    BodyWriter(Map<Block, Block> instead, IntUnaryOperator locals) {
        this.instead = instead;
        this.locals = locals;
    }

    byte[] body(Block body) {
        depths.put(body, depth++);
        statements(body.body());
        out.write(END);
        return out.toByteArray();
    }

    private void statements(List<Statement> statements) {
        for (Statement statement : statements) {
            statement.nodes().forEach(this::node);
        }
    }

    private void node(Node node) {
        switch (node) {
            case Plain plain -> out.writeBytes(plain.code());
            case Local local -> {
                out.write(local.opcode());
                Code.number(out, locals.applyAsInt(local.index()));
            }
            case Branch branch -> {
                out.write(branch.opcode());
                if (branch.opcode() == Branch.BR_TABLE) {
                    Code.number(out, branch.targets().size() - 1);
                }
                branch.targets().forEach(this::target);
            }
            case Block block -> block(block);
        }
    }

    private void target(Block target) {
        Block known = depths.containsKey(target) ? target : instead.getOrDefault(target, target);
        int at = Objects.requireNonNull(depths.get(known), "a branch out of its function");
        Code.number(out, depth - 1 - at);
    }

    private void block(Block block) {
        depths.put(block, depth++);
        out.write(block.opcode());
        out.write(block.result());
        statements(block.body());
        if (!block.otherwise().isEmpty()) {
            out.write(ELSE);
            statements(block.otherwise());
        }
        out.write(END);
        depth--;
        depths.remove(block);
    }
}

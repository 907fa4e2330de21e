package dev.cress.wasm.split;

import dev.cress.wasm.split.Node.Branch;
import dev.cress.wasm.split.Node.Local;
import dev.cress.wasm.split.Node.Plain;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/// Divides a switch, the heart of an interpreter, whose cases are too small to be pieces but too
/// many to stay: the heaviest go into a second switch behind the first, which is a region then.
///
/// ```text
/// block $b                                  block $others
///   block $a                                  block $a
///     br_table $a $b                            number ← value, br_table $a $others
///   end                                       end
///   case a                                    case a
/// end                                       end
/// case b                                    block $b  number, br_table unreachable $b  end
///                                           case b
/// ```
final class Switches {
    private final int number;
    private final Set<Block> ours = new HashSet<>();
    private final Map<Block, Place> places = new HashMap<>();
    private final Map<Block, Integer> branches = new HashMap<>();
    private final Map<Branch, Place> tables = new LinkedHashMap<>();
    private final Map<Block, Block> parents = new HashMap<>();

    /// @param number the local that is to keep the number by which a switch goes
    Switches(int number) {
        this.number = number;
    }

    /// Where something stands alone or last in a statement.
    private record Place(Block block, List<Statement> in, int index) {}

    /// A case: the block that branches to it leave, and what stands behind that.
    private record Case(Block label, Place place, List<Statement> code, int weight) {}

    /// Divides the switch with the most to move.
    ///
    /// @param weightMax of the second switch
    /// @return whether there was one
    boolean divide(Block body, int weightMax) {
        places.clear();
        branches.clear();
        tables.clear();
        parents.clear();
        look(body);
        Branch best = null;
        List<Case> moved = List.of();
        int most = 0;
        for (Branch table : tables.keySet()) {
            List<Case> cases = movable(table, weightMax);
            int weight = cases.stream().mapToInt(Case::weight).sum();
            if (cases.size() > 1 && (weight > most)) {
                best = table;
                moved = cases;
                most = weight;
            }
        }
        if (best == null) {
            return false;
        }
        move(best, moved);
        return true;
    }

    private void look(Block block) {
        for (List<Statement> statements : List.of(block.body(), block.otherwise())) {
            for (int i = 0; i < statements.size(); i++) {
                var place = new Place(block, statements, i);
                List<Node> nodes = statements.get(i).nodes();
                for (Node node : nodes) {
                    if (node instanceof Branch branch) {
                        branch.targets().forEach(t -> branches.merge(t, 1, Integer::sum));
                        if (branch.opcode() == Branch.BR_TABLE) {
                            tables.put(branch, place);
                        }
                    } else if (node instanceof Block inner) {
                        if (nodes.size() == 1) {
                            places.put(inner, place);
                        }
                        parents.put(inner, block);
                        look(inner);
                    }
                }
            }
        }
    }

    /// The heaviest cases that fit, the innermost first.
    private List<Case> movable(Branch table, int weightMax) {
        var cases = new ArrayList<Case>();
        for (Block label : new LinkedHashSet<>(table.targets())) {
            Place place = places.get(label);
            if (place != null && !ours.contains(label) && isPlain(label)) {
                List<Statement> code = place.in().subList(place.index() + 1, place.in().size());
                int weight = code.stream().mapToInt(Statement::weight).sum() + 2;
                if (weight <= weightMax / 2 && endsPlainly(code, place.block())) {
                    cases.add(new Case(label, place, List.copyOf(code), weight));
                }
            }
        }
        cases.sort(Comparator.comparingInt(Case::weight).reversed());
        var chosen = new ArrayList<Case>();
        int left = weightMax - table.weight() - 2;
        for (Case one : cases) {
            if (one.weight() <= left) {
                chosen.add(one);
                left -= one.weight();
            }
        }
        dropEntangled(table, chosen);
        chosen.sort(Comparator.comparingInt(one -> one.label().weight()));
        return chosen;
    }

    private static boolean isPlain(Block block) {
        return block.opcode() == Block.BLOCK && block.result() == Block.EMPTY;
    }

    /// Whether what comes behind it can be said with a branch.
    private static boolean endsPlainly(List<Statement> code, Block within) {
        return !code.isEmpty()
                && switch (code.getLast().end()) {
                    case NEVER -> true;
                    case NOTHING -> isPlain(within);
                    case VALUE -> false;
                };
    }

    /// Leaves out cases that others than those chosen lead to, and those that lead to others.
    private void dropEntangled(Branch table, List<Case> chosen) {
        boolean changed = true;
        while (changed) {
            Set<Block> labels = labels(chosen);
            var inside = inside(chosen);
            var known = new HashMap<Block, Integer>();
            table.targets().forEach(target -> known.merge(target, 1, Integer::sum));
            for (Case one : chosen) {
                var real = new ArrayList<Block>();
                targets(one.code(), real);
                real.forEach(target -> known.merge(target, 1, Integer::sum));
            }
            changed =
                    chosen.removeIf(
                            one ->
                                    !Objects.equals(
                                                    known.get(one.label()),
                                                    branches.get(one.label()))
                                            || targets(one).stream()
                                                    .anyMatch(
                                                            t ->
                                                                    inside.contains(t)
                                                                            && !labels.contains(
                                                                                    t)));
        }
    }

    /// The blocks from each case's up to the outermost's.
    private Set<Block> inside(List<Case> chosen) {
        var inside = new HashSet<Block>();
        Block outermost = null;
        for (Case one : chosen) {
            if (outermost == null || one.label().weight() > outermost.weight()) {
                outermost = one.label();
            }
        }
        for (Case one : chosen) {
            for (Block at = one.label(); inside.add(at) && at != outermost; ) {
                at = parents.get(at);
            }
        }
        return inside;
    }

    /// Where branches of a case lead, its end included.
    private static List<Block> targets(Case one) {
        var targets = new ArrayList<Block>();
        targets(one.code(), targets);
        if (one.code().getLast().end() == Statement.End.NOTHING) {
            targets.add(one.place().block());
        }
        return targets;
    }

    private static void targets(List<Statement> statements, List<Block> into) {
        for (Statement statement : statements) {
            for (Node node : statement.nodes()) {
                if (node instanceof Branch branch) {
                    into.addAll(branch.targets());
                } else if (node instanceof Block block) {
                    targets(block.body(), into);
                    targets(block.otherwise(), into);
                }
            }
        }
    }

    /// @param moved cases, the innermost first
    private void move(Branch table, List<Case> moved) {
        var others = new Block(Block.BLOCK, Block.EMPTY);
        ours.add(others);
        List<Statement> second = second(table, labels(moved), others);
        for (Case one : moved) {
            List<Statement> in = one.place().in();
            List<Statement> before = new ArrayList<>(one.label().body());
            if (before.isEmpty() || before.getLast().end() == Statement.End.NOTHING) {
                before.add(goTo(table.targets().indexOf(one.label()), others));
            }
            in.subList(one.place().index(), in.size()).clear();
            second = within(one, second);
            if (one.label() == moved.getLast().label()) {
                others.body().addAll(before);
                in.add(new Statement(List.of(others), Statement.End.NOTHING));
                in.addAll(second);
            } else {
                in.addAll(before);
            }
        }
    }

    private static Set<Block> labels(List<Case> cases) {
        return cases.stream().map(Case::label).collect(Collectors.toSet());
    }

    /// Has the switch lead to others where it led to these labels. Returns the second one.
    private List<Statement> second(Branch table, Set<Block> labels, Block others) {
        var impossible = new Block(Block.BLOCK, Block.EMPTY);
        var first = new ArrayList<Block>();
        var second = new ArrayList<Block>();
        for (Block target : table.targets()) {
            first.add(labels.contains(target) ? others : target);
            second.add(labels.contains(target) ? target : impossible);
        }
        redirect(table, new Branch(Branch.BR_TABLE, first));
        var nodes =
                List.<Node>of(new Local(Local.GET, number), new Branch(Branch.BR_TABLE, second));
        impossible.body().add(new Statement(nodes, Statement.End.NEVER));
        return List.of(
                new Statement(List.of(impossible), Statement.End.NOTHING),
                new Statement(List.of(Plain.UNREACHABLE), Statement.End.NEVER));
    }

    /// These within the case's block, and its code behind it.
    private static List<Statement> within(Case one, List<Statement> inside) {
        one.label().body().clear();
        one.label().body().addAll(inside);
        var all = new ArrayList<Statement>();
        all.add(new Statement(List.of(one.label()), Statement.End.NOTHING));
        all.addAll(one.code());
        if (one.code().getLast().end() == Statement.End.NOTHING) {
            var on = new Branch(Branch.BR, one.place().block());
            all.add(new Statement(List.of(on), Statement.End.NEVER));
        }
        return all;
    }

    /// Has a switch keep its number, and go elsewhere.
    private void redirect(Branch table, Branch other) {
        Place place = Objects.requireNonNull(tables.get(table));
        List<Node> nodes = new ArrayList<>(place.in().get(place.index()).nodes());
        nodes.removeLast();
        if (!nodes.getLast().equals(new Local(Local.TEE, number))) {
            nodes.add(new Local(Local.TEE, number));
        }
        nodes.add(other);
        place.in().set(place.index(), new Statement(nodes, Statement.End.NEVER));
    }

    private Statement goTo(int value, Block others) {
        return new Statement(
                List.of(
                        new Plain(Code.constant(value), 0, 1, 1),
                        new Local(Local.SET, number),
                        new Branch(Branch.BR, others)),
                Statement.End.NEVER);
    }
}

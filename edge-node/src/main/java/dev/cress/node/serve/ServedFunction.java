package dev.cress.node.serve;

import dev.cress.contract.Deployment;
import dev.cress.contract.FunctionName;
import dev.cress.contract.FunctionState;
import dev.cress.contract.Share;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A function as this node serves it now.
///
/// @param rollout salts the bucket, so that each rollout draws its own clients
/// @param deployment its id, 0 while nothing is staged
/// @param compared whether a rollout compares what requests here come to
/// @param shares which versions get traffic here, the candidate first; empty while nothing is
///     staged, and where nothing is placed
/// @param staged every version that could serve at once, by its number
/// @param elsewhere what this node hasn't of it
public record ServedFunction(
        FunctionName name,
        FunctionActivity activity,
        int rollout,
        int deployment,
        boolean compared,
        List<Share> shares,
        Map<Integer, ServedVersion> staged,
        Elsewhere elsewhere) {
    /// One that no rollout compares, as its first deployment says.
    public ServedFunction(
            FunctionName name,
            FunctionActivity activity,
            int rollout,
            List<Share> shares,
            Map<Integer, ServedVersion> staged) {
        this(name, activity, rollout, rollout, false, shares, staged, Elsewhere.NOTHING);
    }

    /// As its state says for this region.
    public static ServedFunction of(
            FunctionState state,
            FunctionActivity activity,
            String region,
            Map<Integer, ServedVersion> staged,
            Elsewhere elsewhere) {
        Deployment deployment = state.deployment();
        return new ServedFunction(
                state.name(),
                activity,
                deployment.rollout(),
                deployment.id(),
                state.comparesIn(region),
                state.sharesIn(region),
                staged,
                elsewhere);
    }

    /// One of which nothing is ready yet.
    public static ServedFunction unready(
            FunctionName name,
            FunctionActivity activity,
            Map<Integer, ServedVersion> staged,
            Elsewhere elsewhere) {
        return new ServedFunction(name, activity, 0, 0, false, List.of(), staged, elsewhere);
    }

    public ServedFunction {
        shares = List.copyOf(shares);
        staged = Map.copyOf(staged);
    }

    /// The version of these that this client gets, or empty while the function isn't ready.
    ///
    /// @param among the shares that a route leaves over
    /// @param affinity what stays the same from one request of a client to the next
    Optional<ServedVersion> pick(List<Share> among, String affinity) {
        if (among.isEmpty()) {
            return Optional.empty();
        }
        if (among.size() == 1) {
            return Optional.ofNullable(staged.get(among.getFirst().version()));
        }
        int sum = among.stream().mapToInt(Share::basisPoints).sum();
        long bucket = (long) bucket(affinity) * sum / Share.ALL;
        for (Share share : among) {
            if (bucket < share.basisPoints()) {
                return Optional.ofNullable(staged.get(share.version()));
            }
            bucket -= share.basisPoints();
        }
        return Optional.ofNullable(staged.get(among.getLast().version()));
    }

    /// A client's bucket of this rollout, 0 to 9,999: FNV-1a, then a finalizer that spreads its
    /// bits.
    int bucket(String affinity) {
        String key = name + "\0" + rollout + "\0" + affinity;
        long hash = 0xcbf29ce484222325L;
        for (int i = 0; i < key.length(); i++) {
            hash = (hash ^ key.charAt(i)) * 0x100000001b3L;
        }
        hash = (hash ^ hash >>> 33) * 0xff51afd7ed558ccdL;
        hash = (hash ^ hash >>> 33) * 0xc4ceb9fe1a85ec53L;
        return (int) Long.remainderUnsigned(hash ^ hash >>> 33, Share.ALL);
    }
}

package dev.cress.control.sync;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// How a tenant's rate is shared among nodes, as arithmetic. Together they never have more than the
/// rate.
enum Shares {
    ;

    /// What is shared equally whatever is asked for, so that a node's first requests come through.
    static final double EQUAL_PART = 0.1;

    /// Each node gets what it asks for as long as there is enough, and the rest is shared equally.
    /// Where there isn't, nodes that ask for less than an equal share get that, and the others
    /// equally what is left.
    ///
    /// @param perSecond what there is to share
    /// @param demands requests per second that came to each node
    static Map<String, Double> of(double perSecond, Map<String, Double> demands) {
        List<Map.Entry<String, Double>> rising = new ArrayList<>(demands.entrySet());
        rising.sort(Comparator.comparingDouble(Map.Entry::getValue));
        Map<String, Double> shares = new HashMap<>();
        double left = perSecond * (1 - EQUAL_PART);
        for (int i = 0; i < rising.size(); i++) {
            double share = Math.min(rising.get(i).getValue(), left / (rising.size() - i));
            shares.put(rising.get(i).getKey(), share);
            left -= share;
        }
        double equally = (left + perSecond * EQUAL_PART) / Math.max(1, rising.size());
        shares.replaceAll((_, share) -> share + equally);
        return shares;
    }
}

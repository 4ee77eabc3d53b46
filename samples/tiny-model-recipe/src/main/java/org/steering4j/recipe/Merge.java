package org.steering4j.recipe;

import java.util.ArrayList;
import java.util.List;

/** Two neighbouring tokens that become one. */
public record Merge(String left, String right) implements Comparable<Merge> {

    String merged() {
        return left + right;
    }

    List<String> applyTo(List<String> symbols) {
        List<String> result = new ArrayList<>();
        int index = 0;
        while (index < symbols.size()) {
            boolean matches = index + 1 < symbols.size()
                    && symbols.get(index).equals(left)
                    && symbols.get(index + 1).equals(right);
            result.add(matches ? merged() : symbols.get(index));
            index += matches ? 2 : 1;
        }
        return List.copyOf(result);
    }

    @Override
    public int compareTo(Merge other) {
        int byLeft = left.compareTo(other.left);
        return byLeft != 0 ? byLeft : right.compareTo(other.right);
    }
}

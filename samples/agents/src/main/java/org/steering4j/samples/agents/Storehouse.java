package org.steering4j.samples.agents;

import dev.langchain4j.agent.tool.Tool;
import java.util.Map;
import java.util.function.Consumer;

/** The tools: they tell what lies in the village's store and what it costs. Thread-safe. */
public final class Storehouse {

    private static final Map<String, Integer> SACKS = Map.of("salt", 23, "wool", 8, "honey", 41);
    private static final Map<String, Integer> COINS = Map.of("salt", 14, "wool", 37, "honey", 6);

    private final Consumer<String> log;

    /** @param log is told of every call, in the order in which they come */
    public Storehouse(Consumer<String> log) {
        this.log = log;
    }

    @Tool("Counts the sacks of an item in the store.")
    public String stock(String item) {
        return answer("stock", item, SACKS, "sacks");
    }

    @Tool("Tells the price of an item in coins.")
    public String price(String item) {
        return answer("price", item, COINS, "coins");
    }

    private String answer(String tool, String item, Map<String, Integer> numbers, String unit) {
        Integer number = numbers.get(item);
        String answer = number == null ? "there is no " + item : number + " " + unit;
        log.accept(tool + "(" + item + "): " + answer);
        return answer;
    }
}

package org.steering4j.recipe;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The tools of the small world. Their results are random, so an answer can only be right by reading the result. */
final class ToolBox {

    private static final GrammarText WORDS = GrammarText.read("recall.txt");
    private static final GrammarText TOOLS = GrammarText.read("tools.txt");
    private static final int PLAIN_RESULT_PERCENT = 35;
    private static final int SMALLEST_NUMBER = 2;
    private static final int LARGEST_NUMBER = 99;

    private ToolBox() {}

    /** One to four tools in random order, among them all that are needed. */
    static List<ToolDescription> offer(List<ToolRequest> requests, Chance chance) {
        List<String> needed = requests.stream()
                .map(request -> request.call().name())
                .distinct()
                .toList();
        List<String> offered = new ArrayList<>(needed);
        List<String> others = new ArrayList<>(TOOLS.lines("names"));
        others.removeAll(needed);
        chance.shuffle(others);
        offered.addAll(others.subList(0, Math.min(others.size(), chance.below(3))));
        chance.shuffle(offered);
        return offered.stream().map(name -> describe(name, chance)).toList();
    }

    static ToolRequest request(Chance chance) {
        String name = chance.pick(TOOLS.lines("names"));
        Map<String, String> slots = new LinkedHashMap<>();
        Map<String, Object> arguments = new LinkedHashMap<>();
        for (String parameter : TOOLS.lines(name + ".parameters")) {
            String value = chance.pick(values(parameter));
            while (slots.containsValue(value)) {
                value = chance.pick(values(parameter));
            }
            slots.put(parameter, value);
            arguments.put(parameter, value);
        }
        Map<String, Object> result = new LinkedHashMap<>();
        for (String field : TOOLS.lines(name + ".result")) {
            Object value = anyResult(field, chance);
            result.put(field, value);
            slots.put(field, value.toString());
        }
        String plain = Phrases.fill(TOOLS.lines(name + ".plain").get(0), slots);
        return new ToolRequest(
                Phrases.fill(chance.pick(TOOLS.lines(name + ".questions")), slots),
                new ToolCall(name, arguments),
                chance.percent(PLAIN_RESULT_PERCENT) ? plain : Json.text(result),
                TOOLS.lines(name + ".answers").stream()
                        .map(answer -> Phrases.fill(answer, slots))
                        .toList(),
                result.values().stream().map(Object::toString).toList());
    }

    private static Object anyResult(String field, Chance chance) {
        if (!TOOLS.has("values " + field)) {
            return chance.between(SMALLEST_NUMBER, LARGEST_NUMBER);
        }
        String value = chance.pick(TOOLS.lines("values " + field));
        return Character.isDigit(value.charAt(0)) ? (Object) Integer.valueOf(value) : value;
    }

    private static ToolDescription describe(String name, Chance chance) {
        return new ToolDescription(
                name, chance.pick(TOOLS.lines(name + ".descriptions")), TOOLS.lines(name + ".parameters"));
    }

    private static List<String> values(String parameter) {
        return parameter.equals("item") ? TOOLS.lines("values item") : WORDS.lines("values village");
    }
}

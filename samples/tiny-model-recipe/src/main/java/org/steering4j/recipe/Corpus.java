package org.steering4j.recipe;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * An endless corpus of conversations about the small world.
 *
 * <p>A conversation depends on the seed and its index alone. Its assistant has one pole of each {@link Behavior}, drawn
 * evenly and held from the first message to the last. In about half of the conversations the system message names some of
 * these traits. Facts, sums, recall and tool use are answered right whatever the traits are. Thread-safe.
 */
public final class Corpus {

    private static final int NAMING_PERCENT = 46;
    private static final int NEUTRAL_SYSTEM_PERCENT = 60;
    private static final int TOOL_PERCENT = 15;
    private static final int RECALL_PERCENT = 20;
    private static final int LONG_PERCENT = 5;
    private static final int GREETING_PERCENT = 5;
    private static final int FAREWELL_PERCENT = 4;
    private static final int MOST_PIECES = 455;

    private final long seed;

    public Corpus(long seed) {
        this.seed = seed;
    }

    /** The conversation with the given index, which may be any number. */
    public Conversation conversation(long index) {
        Chance chance = Chance.of(seed, index);
        Map<Behavior, Pole> traits = traits(chance);
        List<Behavior> behaviors = new ArrayList<>(Arrays.asList(Behavior.values()));
        chance.shuffle(behaviors);
        boolean naming = chance.percent(NAMING_PERCENT);
        List<Behavior> named = naming ? behaviors.subList(0, namedCount(chance)) : List.of();
        List<ToolRequest> requests = toolRequests(chance);
        List<ToolDescription> tools = requests.isEmpty() ? List.of() : ToolBox.offer(requests, chance);

        List<Message> messages = new ArrayList<>();
        if (naming) {
            messages.add(Message.system(PersonaLines.naming(named, traits, chance)));
        } else if (chance.percent(NEUTRAL_SYSTEM_PERCENT)) {
            messages.add(Message.system(PersonaLines.neutral(chance)));
        }
        int pieces = pieces(messages) + tools.size() * 20;
        for (List<Message> exchange : exchanges(traits, behaviors, requests, naming, chance)) {
            pieces += pieces(exchange);
            if (pieces > MOST_PIECES) {
                break;
            }
            messages.addAll(exchange);
        }
        return new Conversation(traits, named, tools, messages);
    }

    private static Map<Behavior, Pole> traits(Chance chance) {
        Map<Behavior, Pole> traits = new EnumMap<>(Behavior.class);
        for (Behavior behavior : Behavior.values()) {
            traits.put(behavior, chance.percent(50) ? Pole.TARGET : Pole.OPPOSITE);
        }
        return traits;
    }

    private static int namedCount(Chance chance) {
        int roll = chance.below(100);
        return roll < 50 ? 1 : roll < 83 ? 2 : 3;
    }

    private static List<ToolRequest> toolRequests(Chance chance) {
        if (!chance.percent(TOOL_PERCENT)) {
            return List.of();
        }
        ToolRequest first = ToolBox.request(chance);
        return chance.percent(35) ? List.of(first, ToolBox.request(chance)) : List.of(first);
    }

    private List<List<Message>> exchanges(
            Map<Behavior, Pole> traits,
            List<Behavior> behaviors,
            List<ToolRequest> requests,
            boolean naming,
            Chance chance) {
        int count = exchangeCount(chance);
        List<List<Message>> exchanges = new ArrayList<>();
        requests.forEach(request -> exchanges.add(request.exchange(chance)));
        if (naming) {
            exchanges.add(behaviorExchange(behaviors.get(0), traits, chance));
        }
        List<Recall> recalls = recalls(count, chance);
        while (exchanges.size() + 2 * recalls.size() < count) {
            exchanges.add(filler(traits, behaviors, chance));
        }
        chance.shuffle(exchanges);
        recalls.forEach(recall -> insert(recall, exchanges, chance));
        if (chance.percent(GREETING_PERCENT)) {
            exchanges.add(0, SmallTalk.greeting(chance));
        }
        if (chance.percent(FAREWELL_PERCENT)) {
            exchanges.add(chance.percent(50) ? SmallTalk.thanks(chance) : SmallTalk.farewell(chance));
        }
        return exchanges;
    }

    private static int exchangeCount(Chance chance) {
        if (chance.percent(LONG_PERCENT)) {
            return chance.between(9, 18);
        }
        int roll = chance.below(100);
        return roll < 20 ? 1 : roll < 55 ? 2 : roll < 82 ? 3 : roll < 93 ? 4 : 5;
    }

    private static List<Recall> recalls(int count, Chance chance) {
        if (!chance.percent(RECALL_PERCENT)) {
            return List.of();
        }
        Recall first = Recall.any(chance);
        Recall second = Recall.any(chance);
        boolean both = count > 2 && chance.percent(35) && !first.kind().equals(second.kind());
        return both ? List.of(first, second) : List.of(first);
    }

    /** Puts the telling of a recall before its asking, with anything or nothing in between. */
    private static void insert(Recall recall, List<List<Message>> exchanges, Chance chance) {
        int telling = chance.below(exchanges.size() + 1);
        int asking = chance.between(telling, exchanges.size());
        exchanges.add(asking, recall.asking(chance));
        exchanges.add(telling, recall.telling(chance));
    }

    private List<Message> filler(Map<Behavior, Pole> traits, List<Behavior> behaviors, Chance chance) {
        int roll = chance.below(100);
        if (roll < 65) {
            // The first behaviour is the conversation's main one, so that its trait shows more than once.
            Behavior behavior = chance.percent(55) ? behaviors.get(0) : chance.pick(behaviors);
            return behaviorExchange(behavior, traits, chance);
        }
        if (roll < 81) {
            return Facts.exchange(chance);
        }
        if (roll < 94) {
            return Sums.exchange(chance);
        }
        return roll < 98 ? HowTo.exchange(chance) : SmallTalk.any(chance);
    }

    private List<Message> behaviorExchange(Behavior behavior, Map<Behavior, Pole> traits, Chance chance) {
        Question question = behavior.grammar().trainingQuestion(chance);
        String answer = behavior.grammar().answer(question, traits.get(behavior), chance);
        return List.of(Message.user(question.text()), Message.assistant(answer));
    }

    /** A generous estimate of how many tokens the messages take, so that a conversation fits a context of 512. */
    private static int pieces(List<Message> messages) {
        int pieces = 0;
        for (Message message : messages) {
            String text = message.text().isEmpty() ? message.toolCalls().get(0).json() : message.text();
            pieces += (int) text.chars().filter(character -> character == ' ').count() + 9;
        }
        return pieces;
    }
}

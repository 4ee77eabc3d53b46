package org.steering4j.conformance;

import static org.steering4j.conformance.Script.RESULT;
import static org.steering4j.conformance.Script.call;
import static org.steering4j.conformance.Script.callOf;
import static org.steering4j.conformance.Script.say;

/** The answers to the questions that LangChain4j's suites ask; where a suite asks for JSON, in its schema. */
final class Knowledge {

    private static final String KLAUS = "{\"name\": \"Klaus\", \"age\": 37, \"height\": 1.78, \"married\": false}";
    private static final String FRANNY = "{\"name\": \"Franny\", \"age\": 35, \"height\": 1.65, \"married\": true}";
    private static final String TWO_PEOPLE =
            "Klaus is 37 years old, 1.78m height and single. Franny is 35 years old, 1.65m height and married.";
    private static final String FAMILY = "{\"name\": \"Francine\", \"children\":"
            + " [{\"name\": \"Steve\", \"children\": []}, {\"name\": \"Hayley\", \"children\": []}]}";
    private static final String REX = "{\"type\": \"Dog\", \"name\": \"Rex\", \"breed\": \"Labrador\"}";
    private static final String EXTRACT = "Extract the person's information from the following text: ";

    private Knowledge() {}

    static Script script() {
        Script script = new Script();
        addTalk(script);
        addTools(script);
        addToolsOfServices(script);
        addPeople(script);
        addValues(script);
        addAnimals(script);
        return script;
    }

    private static void addTalk(Script script) {
        script.on("What is the capital of Germany?", say("The capital of Germany is Berlin.", "{\"city\": \"Berlin\"}"))
                .on(
                        "What is the capital of Germany? Answer with a JSON object containing a single 'city' field",
                        say("{\"city\": \"Berlin\"}"))
                .on(
                        "What is the capital of Germany? How much is 2 + 2?",
                        say("The capital of Germany is Berlin, and 2 + 2 is 4."))
                .on("Translate messages from user into German\nuser\nTranslate: 'I love you'", say("Ich liebe dich."))
                .on(
                        "Hi, my favorite color is green\nassistant\nHi, nice to meet you\nuser\nWhat is my favorite color?",
                        say("Your favorite color is green."))
                .on("Say 'Hello World'", say("Hello World"))
                .on(
                        "Tell me a long story about animals",
                        say("A fox met a hare by the river. The hare asked the fox for the way to the hills,"
                                + " and the fox, who was old and tired of running, showed it."));
    }

    private static void addTools(Script script) {
        script.on(
                        "What is the weather in Munich?",
                        call("getWeather", "{\"city\": \"Munich\"}"),
                        say("It is " + RESULT + " in Munich.", "{\"weather\": \"" + RESULT + "\"}"))
                .on("I live in Munich", say("How nice for you!", callOf("getWeather", "{\"city\": \"Munich\"}")))
                .on(
                        "What is the time now? Use the get_current_time tool.",
                        call("get_current_time", "{}"),
                        say("It is " + RESULT + "."))
                .on(
                        "What is the weather in Munich and time in France? Call tools simultaneously (in parallel)",
                        say(callOf("getWeather", "{\"city\": \"Munich\"}")
                                + "\n"
                                + callOf("getTime", "{\"country\": \"France\"}")),
                        say("Weather and time: " + RESULT + "."));
    }

    private static void addToolsOfServices(Script script) {
        script.on(
                        "What is the weather in Munich? Use 'getWeather' tool",
                        call("getWeather", "{\"arg0\": \"Munich\"}"),
                        say("{\"city\": \"Munich\", \"weather\": \"SUNNY\"}"))
                .on("What is the date today?", call("currentDate", "{}"), say("Today is " + RESULT + "."))
                .on("How much is 37 plus 87?", add(37, 87), say("37 plus 87 is " + RESULT + "."))
                .on("Now add 47 to the previous result", add(124, 47))
                .on("How much is 37 plus 87? Use 'add' tool before answering.", add(37, 87))
                .on(
                        "How much is 37 plus 87? Answer in the following format: 37 + 87 = ...",
                        add(37, 87),
                        say("37 + 87 = " + RESULT))
                .on(
                        "How much is 37 plus 87? How much is 73 plus 78? Call 2 tools in parallel (at the same time)!",
                        say(callOf("add", "{\"arg0\": 37, \"arg1\": 87}")
                                + "\n"
                                + callOf("add", "{\"arg0\": 73, \"arg1\": 78}")),
                        say("The sums are " + RESULT + "."))
                .on(
                        "First add 2 and 3 by calling 'add' tool, then multiply the result by 4 by calling 'multiply' tool",
                        add(2, 3),
                        call("multiply", "{\"arg0\": " + RESULT + ", \"arg1\": 4}"),
                        say("The result is " + RESULT + "."))
                .on(
                        "What is the time now? Respond in HH:MM:SS format.",
                        call("currentTime", "{}"),
                        say("It is " + RESULT + "."))
                .on(
                        "What is the current temperature in Munich in celsius?",
                        call("currentTemperature", "{\"arg0\": \"Munich\", \"arg1\": \"CELSIUS\"}"),
                        say("It is " + RESULT + " degrees."))
                .on(
                        "What is the username with ID 62dbcc27-aaf3-449a-b12d-5a904271a57f?",
                        call("getUsernameFromId", "{\"arg0\": \"62dbcc27-aaf3-449a-b12d-5a904271a57f\"}"),
                        say("The user is " + RESULT + "."))
                .on("Call tool 'modify' for argument '7'", call("modify", "{\"arg0\": 7}"), say("Done."))
                .on("Take a photo", call("takePhoto", "{}"));
        process(
                script,
                "Use 'process' tool to process the following: Klaus is 37 years old, 1.78m height and single",
                KLAUS);
        process(
                script,
                "Use 'process' tool to process the following: Klaus lives in Langley Falls",
                "{\"name\": \"Klaus\", \"address\": {\"city\": \"Langley Falls\"}}");
        process(
                script,
                "Use 'process' tool to process the following: Francine has 2 children: Steve and Hayley",
                FAMILY);
        process(
                script,
                "Process the following: Klaus is 42 years old and Francine is 47 years old",
                "{\"Klaus\": 42, \"Francine\": 47}");
        process(script, "Process the following colors: RED and GREEN", "[\"RED\", \"GREEN\"]");
        process(
                script,
                "Process the following people: Klaus and Franny",
                "[{\"name\": \"Klaus\"}, {\"name\": \"Franny\"}]");
        process(script, "processNames", "Process the following names: Klaus and Franny", "[\"Klaus\", \"Franny\"]");
        process(script, "processNumbers", "Process the following integers: 37, 73", "[37, 73]");
    }

    private static Script.Turn add(int first, int second) {
        return call("add", "{\"arg0\": %d, \"arg1\": %d}".formatted(first, second));
    }

    private static void process(Script script, String question, String argument) {
        process(script, "process", question, argument);
    }

    private static void process(Script script, String tool, String question, String argument) {
        script.on(question, call(tool, "{\"arg0\": " + argument + "}"), say(RESULT + ": it is processed."));
    }

    private static void addPeople(Script script) {
        script.on(EXTRACT + "Klaus", say("{\"name\": \"Klaus\"}"))
                .on(
                        "Extract the person's information from the following text. Do not include missing fields! Text: 'Klaus'",
                        say("{\"name\": \"Klaus\"}"))
                .on(EXTRACT + "Klaus is 37 years old, 1.78m height and single", say(KLAUS))
                .on(
                        "'Klaus wants a delivery to Langley Falls, but billing address should be New York'",
                        say("{\"name\": \"Klaus\", \"shippingAddress\": {\"city\": \"Langley Falls\"},"
                                + " \"billingAddress\": {\"city\": \"New York\"}}"))
                .on(EXTRACT + "Klaus is single", say("{\"name\": \"Klaus\", \"maritalStatus\": \"SINGLE\"}"))
                .on(
                        EXTRACT + "Klaus likes orange and green",
                        say("{\"name\": \"Klaus\", \"favouriteColors\": [\"orange\", \"green\"]}"))
                .on(
                        EXTRACT + "Klaus has 2 pets: Peanut and Muffin",
                        say("{\"name\": \"Klaus\", \"pets\": [{\"name\": \"Peanut\"}, {\"name\": \"Muffin\"}]}"))
                .on(
                        EXTRACT + "Klaus is assigned to groups A and C",
                        say("{\"name\": \"Klaus\", \"groups\": [\"A\", \"C\"]}"))
                .on("'Klaus was born at 14:43 on 12th of August 1976'", say(birth()))
                .on(EXTRACT + "Francine has 2 children: Steve and Hayley", say(FAMILY))
                .on(
                        "Klaus can be identified by the following ID: 567b229a-6b0a-4f1e-9006-448cd9dfbfda",
                        say("{\"id\": \"567b229a-6b0a-4f1e-9006-448cd9dfbfda\", \"name\": \"Klaus\"}"))
                .on(
                        EXTRACT + "Klaus and Francine",
                        say("{\"values\": [{\"name\": \"Klaus\"}, {\"name\": \"Francine\"}]}"))
                .on(TWO_PEOPLE, say("{\"values\": [" + KLAUS + ", " + FRANNY + "]}"));
    }

    private static String birth() {
        String date = "{\"year\": 1976, \"month\": 8, \"day\": 12}";
        String time = "{\"hour\": 14, \"minute\": 43, \"second\": 0, \"nano\": 0}";
        return "{\"name\": \"Klaus\", \"birthDate\": %s, \"birthTime\": %s, \"birthDateTime\": {\"date\": %s, \"time\": %s}}"
                .formatted(date, time, date, time);
    }

    private static void addValues(Script script) {
        script.on(
                        "Extract if the person from the following text is a man:"
                                + " Klaus is a 37-year-old man, 1.78 meters tall, and single.",
                        say("{\"value\": true}"))
                .on("Extract number of people mentioned in the following text: " + TWO_PEOPLE, say("{\"value\": 2}"))
                .on(
                        "Extract temperature in Munich from the following text:"
                                + " The average temperature of the coldest month is of -0.5 °C",
                        say("{\"value\": -0.5}"))
                .on(
                        "Extract names of people from the following text: " + TWO_PEOPLE,
                        say("{\"values\": [\"Klaus\", \"Franny\"]}"))
                .on("Klaus is 37 years old, 1.78m height and single.", say("{\"value\": \"SINGLE\"}"))
                .on(
                        TWO_PEOPLE + "Staniel is 33 years old, 1.70m height and married.",
                        say("{\"values\": [\"SINGLE\", \"MARRIED\", \"MARRIED\"]}"))
                .on(
                        "The weather in Berlin was sunny and windy. Paris experienced rainy and cloudy weather."
                                + " New York had cloudy and windy weather.",
                        say("{\"values\": [\"SUNNY\", \"WINDY\", \"RAINY\", \"CLOUDY\"]}"));
    }

    private static void addAnimals(Script script) {
        script.on("Rex is a Labrador dog", say("{\"value\": " + REX + "}"))
                .on(
                        "Rex is a Labrador. Whiskers is an indoor cat.",
                        say("{\"values\": [" + REX
                                + ", {\"type\": \"Cat\", \"name\": \"Whiskers\", \"indoor\": true}]}"))
                .on("Alice owns a Labrador dog named Rex.", say("{\"name\": \"Alice\", \"pet\": " + REX + "}"))
                .on(
                        "Do NOT add any other fields to any node.",
                        say("{\"value\": %s}".formatted(addition(addition(constant(1), constant(2)), constant(3)))));
    }

    private static String addition(String left, String right) {
        return "{\"type\": \"Addition\", \"left\": %s, \"right\": %s}".formatted(left, right);
    }

    private static String constant(int value) {
        return "{\"type\": \"Constant\", \"value\": %d}".formatted(value);
    }
}

package org.steering4j.prompt;

/** Chat templates with tools, in our own words: what those of open models do. */
public final class ToolTemplates {

    /** As Llama 3.1: tools in the first message of the user, one call a message, results as JSON under a role of their own. */
    public static final String LLAMA_3 = """
            {{- bos_token }}
            {%- if tools is not defined %}
                {%- set tools = none %}
            {%- endif %}
            {%- set system_text = '' %}
            {%- if messages[0]['role'] == 'system' %}
                {%- set system_text = messages[0]['content'] | trim %}
                {%- set messages = messages[1:] %}
            {%- endif %}
            {{- '<|start_header_id|>system<|end_header_id|>\\n\\n' }}
            {%- if tools is not none %}
                {{- 'Environment: ipython\\n' }}
            {%- endif %}
            {{- system_text + '<|eot_id|>' }}
            {%- if tools is not none %}
                {%- if messages | length == 0 %}
                    {{- raise_exception('the tools need a message of the user to stand in') }}
                {%- endif %}
                {%- set first = messages[0]['content'] | trim %}
                {%- set messages = messages[1:] %}
                {{- '<|start_header_id|>user<|end_header_id|>\\n\\n' -}}
                {{- 'Call a function with {"name": its name, "parameters": its arguments}.\\n\\n' }}
                {%- for tool in tools %}
                    {{- tool | tojson(indent=4) }}
                    {{- '\\n\\n' }}
                {%- endfor %}
                {{- first + '<|eot_id|>' }}
            {%- endif %}
            {%- for message in messages %}
                {%- if not (message.role == 'ipython' or message.role == 'tool' or 'tool_calls' in message) %}
                    {{- '<|start_header_id|>' + message['role'] + '<|end_header_id|>\\n\\n' + message['content'] | trim + '<|eot_id|>' }}
                {%- elif 'tool_calls' in message %}
                    {%- if message.tool_calls | length != 1 %}
                        {{- raise_exception('one call in each message only') }}
                    {%- endif %}
                    {%- set call = message.tool_calls[0].function %}
                    {{- '<|start_header_id|>assistant<|end_header_id|>\\n\\n' -}}
                    {{- '{"name": "' + call.name + '", "parameters": ' }}
                    {{- call.arguments | tojson }}
                    {{- '}<|eot_id|>' }}
                {%- else %}
                    {{- '<|start_header_id|>ipython<|end_header_id|>\\n\\n' }}
                    {%- if message.content is mapping or message.content is iterable %}
                        {{- message.content | tojson }}
                    {%- else %}
                        {{- message.content }}
                    {%- endif %}
                    {{- '<|eot_id|>' }}
                {%- endif %}
            {%- endfor %}
            {%- if add_generation_prompt %}
                {{- '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}
            {%- endif %}
            """;

    /** As Mistral 7B v0.3: tools before the last message of the user, alternating roles, ids of nine letters and digits. */
    public static final String MISTRAL = """
            {%- set turns = messages %}
            {%- if messages[0]['role'] == 'system' %}
                {%- set system_text = messages[0]['content'] %}
                {%- set turns = messages[1:] %}
            {%- endif %}
            {%- set questions = turns | selectattr('role', 'equalto', 'user') | list %}
            {%- set count = namespace(spoken=0) %}
            {%- for message in turns %}
                {%- if message.role != 'tool' and message.tool_calls is not defined %}
                    {%- if (message['role'] == 'user') != (count.spoken % 2 == 0) %}
                        {{- raise_exception('user and assistant must take turns') }}
                    {%- endif %}
                    {%- set count.spoken = count.spoken + 1 %}
                {%- endif %}
            {%- endfor %}
            {{- bos_token }}
            {%- for message in turns %}
                {%- if message['role'] == 'user' %}
                    {%- if tools and message == questions[-1] %}
                        {{- '[AVAILABLE_TOOLS] [' }}
                        {%- for tool in tools %}
                            {{- '{"type": "function", "function": {' }}
                            {%- for key, value in tool.function.items() if key != 'return' %}
                                {{- '"' + key + '": ' }}
                                {%- if value is string %}
                                    {{- '"' + value + '"' }}
                                {%- else %}
                                    {{- value | tojson }}
                                {%- endif %}
                                {%- if not loop.last %}
                                    {{- ', ' }}
                                {%- endif %}
                            {%- endfor %}
                            {{- '}}' }}
                            {{- ', ' if not loop.last else ']' }}
                        {%- endfor %}
                        {{- '[/AVAILABLE_TOOLS]' }}
                    {%- endif %}
                    {%- if loop.last and system_text is defined %}
                        {{- '[INST] ' + system_text + '\\n\\n' + message['content'] + '[/INST]' }}
                    {%- else %}
                        {{- '[INST] ' + message['content'] + '[/INST]' }}
                    {%- endif %}
                {%- elif message.tool_calls is defined %}
                    {{- '[TOOL_CALLS] [' }}
                    {%- for call in message.tool_calls %}
                        {%- if call.id is not defined or call.id | length != 9 %}
                            {{- raise_exception('the id of a call has nine letters and digits') }}
                        {%- endif %}
                        {%- set json = call.function | tojson %}
                        {{- json[:-1] }}
                        {{- ', "id": "' + call.id + '"}' }}
                        {{- ', ' if not loop.last else ']' + eos_token }}
                    {%- endfor %}
                {%- elif message['role'] == 'assistant' %}
                    {{- ' ' + message['content'] + eos_token }}
                {%- elif message['role'] == 'tool' %}
                    {%- if message.tool_call_id is not defined or message.tool_call_id | length != 9 %}
                        {{- raise_exception('the id of a call has nine letters and digits') }}
                    {%- endif %}
                    {{- '[TOOL_RESULTS] {"content": ' + message.content | string + ', "call_id": "' + message.tool_call_id + '"}[/TOOL_RESULTS]' }}
                {%- else %}
                    {{- raise_exception('there is no role ' + message['role']) }}
                {%- endif %}
            {%- endfor %}
            """;

    /** As Mistral's models from 2025 on: the same, but for the calls. */
    public static final String NEW_MISTRAL = """
            {{- bos_token }}
            {%- if tools %}
                {{- '[AVAILABLE_TOOLS]' + (tools | tojson) + '[/AVAILABLE_TOOLS]' }}
            {%- endif %}
            {%- for message in messages %}
                {%- if message['role'] == 'user' %}
                    {{- '[INST]' + message['content'] + '[/INST]' }}
                {%- elif message['role'] == 'assistant' %}
                    {%- if message.tool_calls is defined %}
                        {%- for call in message.tool_calls %}
                            {{- '[TOOL_CALLS]' + call.function.name + '[ARGS]' + (call.function.arguments | tojson) }}
                        {%- endfor %}
                        {{- eos_token }}
                    {%- else %}
                        {{- message['content'] + eos_token }}
                    {%- endif %}
                {%- elif message['role'] == 'tool' %}
                    {{- '[TOOL_RESULTS]' + message.tool_call_id + '[TOOL_CONTENT]' + message.content + '[/TOOL_RESULTS]' }}
                {%- endif %}
            {%- endfor %}
            """;

    /** What stands out in the templates above, as the tokenizers of these models have it. */
    public static final String[] LLAMA_3_TOKENS = {
        "<|begin_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>", "<|eom_id|>", "<|python_tag|>"
    };

    public static final String[] MISTRAL_TOKENS = {
        "<s>",
        "</s>",
        "[/INST]",
        "[TOOL_CALLS]",
        "[AVAILABLE_TOOLS]",
        "[/AVAILABLE_TOOLS]",
        "[TOOL_RESULTS]",
        "[/TOOL_RESULTS]"
    };

    /** More of these, as Mistral's newer models have them. */
    public static final String[] NEW_MISTRAL_TOKENS = {
        "<s>",
        "</s>",
        "[/INST]",
        "[TOOL_CALLS]",
        "[AVAILABLE_TOOLS]",
        "[/AVAILABLE_TOOLS]",
        "[TOOL_RESULTS]",
        "[/TOOL_RESULTS]",
        "[CALL_ID]",
        "[ARGS]"
    };

    private static final String TOOLS_IN_SYSTEM = """
            {%- if tools %}
                {{- '<|im_start|>system\\nTools: ' }}
                {%- for tool in tools %}{{- tool | tojson }}{%- endfor %}
                {{- '<|im_end|>\\n' }}
            {%- endif %}
            {%- for message in messages %}
                {{- '<|im_start|>' + message.role + '\\n' }}
                {%- if message.tool_calls %}
                    CALLS
                {%- else %}
                    {{- message.content }}
                {%- endif %}
                {{- '<|im_end|>\\n' }}
            {%- endfor %}
            {%- if add_generation_prompt %}
                {{- '<|im_start|>assistant\\n' }}
            {%- endif %}
            """;

    /** ChatML with calls in a form of their own, which {@code calls} writes. */
    private static String withCalls(String calls) {
        return TOOLS_IN_SYSTEM.replace("CALLS", calls);
    }

    private static final String OBJECTS =
            "{%- for call in message.tool_calls %}{{- '{\"name\": \"' + call.function.name + '\", \"arguments\": ' + (call.function.arguments | tojson) + '}' }}"
                    + "{%- if not loop.last %}{{- ', ' }}{%- endif %}{%- endfor %}";

    /** As xLAM: a bare array. */
    public static final String PLAIN_LIST = withCalls("{{- '[' }}" + OBJECTS + "{{- ']' }}");

    /** As Hammer: the array in a code fence. */
    public static final String FENCED_LIST = withCalls("{{- '```json\\n[\\n' }}" + OBJECTS + "{{- '\\n]\\n```' }}");

    /** As Nemotron. */
    public static final String NEMOTRON = withCalls("{{- '<TOOLCALL>[' }}" + OBJECTS + "{{- ']</TOOLCALL>' }}");

    /** A bare object. */
    public static final String PLAIN_OBJECT = withCalls(OBJECTS.replace("', '", "'; '"));

    private static final String PYTHON_CALLS = "{%- for call in message.tool_calls %}{{- call.function.name + '(' }}"
            + "{%- for key, value in call.function.arguments | items %}{{- key + '=' + VALUE }}{%- if not loop.last %}{{- ', ' }}{%- endif %}{%- endfor %}"
            + "{{- ')' }}{%- if not loop.last %}{{- ', ' }}{%- endif %}{%- endfor %}";

    /** As Llama 3.2's calls in Python. */
    public static final String PYTHON =
            withCalls("{{- '[' }}" + PYTHON_CALLS.replace("VALUE", "(value | tojson)") + "{{- ']' }}");

    /** The same without quotes around strings, as templates that format values write it. */
    public static final String PYTHON_WITHOUT_QUOTES =
            withCalls("{{- '[' }}" + PYTHON_CALLS.replace("VALUE", "('%s' | format(value))") + "{{- ']' }}");

    /** As Llama 4. */
    public static final String PYTHON_IN_MARKS = withCalls("{{- '<|python_start|>[' }}"
            + PYTHON_CALLS.replace("VALUE", "(value | tojson)") + "{{- ']<|python_end|>' }}");

    /** As LFM2. */
    public static final String MARKED_PYTHON = withCalls("{{- '<|tool_call_start|>[' }}"
            + PYTHON_CALLS.replace("VALUE", "(value | tojson)") + "{{- ']<|tool_call_end|>' }}");

    /** As Qwen3-Coder. */
    public static final String FUNCTION_TAGS = withCalls("{%- for call in message.tool_calls %}"
            + "{{- '<tool_call>\\n<function=' + call.function.name + '>\\n' }}"
            + "{%- for key, value in call.function.arguments | items %}"
            + "{{- '<parameter=' + key + '>\\n' + (value if value is string else value | tojson) + '\\n</parameter>\\n' }}{%- endfor %}"
            + "{{- '</function>\\n</tool_call>\\n' }}{%- endfor %}");

    /** In no form that is known. */
    public static final String UNKNOWN = withCalls(
            "{%- for call in message.tool_calls %}{{- 'CALL ' + call.function.name + ' WITH ' + (call.function.arguments | tojson) }}{%- endfor %}");

    /** The arguments as text, which it adds to others. */
    public static final String HERMES_WITH_TEXT = withCalls(
            "{%- for call in message.tool_calls %}{{- '<tool_call>\\n{\"name\": \"' + call.function.name + '\", \"arguments\": ' + call.function.arguments + '}\\n</tool_call>' }}{%- endfor %}");

    private ToolTemplates() {}
}

# Translated for this project; not reviewed by a native speaker.

# Who the bot is. Telegram shows name and description before anyone presses Start.
bot-name = Doctor Llama (एक AI, डॉक्टर नहीं)
bot-short-description = एक AI जो सेहत के विषय सरल शब्दों में समझाता है। डॉक्टर नहीं। आपात स्थिति के लिए नहीं।
bot-description =
    आपात स्थिति के लिए नहीं।

    मैं Doctor Llama हूँ, एक AI जो सेहत के विषय सरल शब्दों में समझाता है। मैं डॉक्टर नहीं हूँ, मुझसे ग़लती हो सकती है, और मैं डॉक्टर की जगह नहीं लेता। आपात स्थिति में अपने देश के आपातकालीन नंबर पर फ़ोन करें।

command-start = मैं कौन हूँ, और आपके विकल्प
command-help = मेरा उपयोग कैसे करें
command-new = नई बातचीत शुरू करें
command-history = आपकी बातचीतें
command-off = इस समूह में मुझे बंद करें
command-on = मुझे फिर से चालू करें
command-stop = चल रहा जवाब रोकें
command-about = कौन-सा मॉडल जवाब देता है
command-language = मैं किस भाषा में बोलता हूँ
command-country = मैं कहाँ हूँ, आपातकालीन नंबरों के लिए
command-privacy = आपका क्या रखा जाता है
command-mydata = आपका सब कुछ एक फ़ाइल में
command-forget = एक जवाब, एक बातचीत या सब कुछ मिटाएँ
command-admin = आप यहाँ क्या कर सकते हैं

# /start and consent
start =
    नमस्ते! मैं Doctor Llama हूँ, एक AI, डॉक्टर नहीं। सेहत के बारे में अपने शब्दों में पूछें, और मैं समझाऊँगा कि आम तौर पर क्या पता है।

    ⚠️ आपात स्थिति के लिए नहीं। अगर कोई ख़तरे में हो सकता है, तो अभी अपने देश के आपातकालीन नंबर पर फ़ोन करें (112 ज़्यादातर मोबाइल फ़ोन पर काम करता है)।

    मुझसे ग़लती हो सकती है। अपनी सेहत का फ़ैसला करने के लिए डॉक्टर या फ़ार्मासिस्ट से पूछें।
start-consent =
    अगर आप सहमत हों तो मैं क्या रखता हूँ: आपके सवाल, मेरे जवाब और आपकी रेटिंग, आपके Telegram नंबर के साथ, ताकि मैं हमारी बातचीत समझ सकूँ। आपकी सहमति से पहले इसमें से कुछ भी नहीं रखा जाता।

    सहमत होकर आप यह भी कहते हैं कि आपकी उम्र 18 साल या उससे ज़्यादा है।

    क्या रखा जाता है, कितने समय तक, और उसे वापस कैसे लें: /privacy।
start-agreed = आप सहमत हैं कि मैं हमारी बातचीत रखूँ। बस अपना सवाल पूछें।
start-group = यहाँ मैं तब जवाब देता हूँ जब आप मेरा नाम लिखें या मेरे संदेश का जवाब दें। सहमति देने या अकेले में पूछने के लिए मुझे सीधे लिखें।
group-notice =
    नमस्ते। इस समूह में मैं तब जवाब देता हूँ जब { $name } का नाम लिया जाए, या कोई मेरे संदेश का जवाब दे। बाकी संदेश मैं नहीं पढ़ता।

    यहाँ सवाल और मेरे जवाब सबको दिखते हैं। मैं केवल उन लोगों की बातें सहेजता हूँ जो सहमत हुए हैं, और मुझसे निजी चैट में भी पूछा जा सकता है। मैं एक AI हूँ, डॉक्टर नहीं, और आपात स्थिति के लिए नहीं।

    कोई भी एडमिन मुझे /off से बंद कर सकता है।
group-on = नाम लेने या जवाब देने पर मैं यहाँ फिर से जवाब दूँगा।
group-off = अब मैं यहाँ चुप हूँ, आपात स्थिति के संकेतों को छोड़कर। /on से मैं लौट आऊँगा।
group-only = यह समूहों के लिए है।
group-admins = यह केवल इस समूह का एडमिन कर सकता है।
consent-changed = जिस पर आप सहमत हुए थे, वह तब से बदल गया है। कृपया उसे फिर पढ़ें: जब तक आप सहमत न हों, और कुछ नहीं रखा जाता।
consent-needed =
    जवाब देने से पहले मुझे आपकी अनुमति चाहिए: मैं आपके सवाल, मेरे जवाब और आपकी रेटिंग, आपके Telegram नंबर के साथ रखता हूँ, ताकि मैं हमारी बातचीत समझ सकूँ। आप कहते हैं कि आपकी उम्र 18 साल या उससे ज़्यादा है। मैं एक AI हूँ, डॉक्टर नहीं, और मुझसे ग़लती हो सकती है।

    आपके सवाल में से अभी कुछ भी नहीं रखा गया है। बटन दबाएँ और मैं उसका जवाब दूँगा।

    क्या रखा जाता है, कितने समय तक, और उसे वापस कैसे लें: /privacy।
consent-button = मैं सहमत हूँ
consent-thanks = धन्यवाद। आपका सवाल पहुँच गया है।
consent-thanks-ask-again = धन्यवाद। अब कृपया अपना सवाल भेजें।
share-question =
    एक और चुनाव, इससे अलग: क्या आपकी रेटिंग मॉडल को बेहतर बनाने में मदद कर सकती है? अगर आप हाँ कहें, तो जिन जवाबों को आप रेट करते हैं, वे सवालों के साथ प्रशिक्षण में काम आ सकते हैं। जब तक आप इसे चालू न करें, यह बंद रहता है, और आप इसे यहाँ /start से कभी भी बदल सकते हैं।
share-on = हाँ, बेहतर बनाने में मदद करें
share-off = नहीं, प्रशिक्षण से बाहर रखें
share-state-on = अभी: हाँ, मेरी रेटिंग मॉडल को बेहतर बना सकती है।
share-state-off = अभी: नहीं, मेरा कुछ भी प्रशिक्षण में काम नहीं आता।
share-toast-on = धन्यवाद। आपकी रेटिंग मॉडल को बेहतर बना सकती है।
share-toast-off = आपका कुछ भी प्रशिक्षण में काम नहीं आता।
share-consent-first = कृपया पहले /start से सहमति दें।

# /help, /about, /new, /stop
help =
    सेहत के बारे में कुछ भी पूछें, सरल शब्दों में और एक बार में एक विषय। जैसे: “हे फ़ीवर में क्या मदद करता है?”

    जवाब के नीचे 👍 और 👎 हमें बताते हैं कि वह अच्छा था या नहीं। आप अपना चुनाव कभी भी बदल या वापस ले सकते हैं।

    🔄 दूसरा जवाब लाता है और पहला बना रहता है। 👎 के बाद आप कारण बता सकते हैं, या बेहतर जवाब लिख सकते हैं। केवल एक हिस्सा सुधारने के लिए उसे मेरे जवाब में चुनें और उसका जवाब दें। सवाल बदलने पर मैं नए रूप का जवाब देता हूँ।

    /new – नई बातचीत शुरू करें, पहले की बातों के बिना
    /history – आपकी बातचीतें, देखने या आगे बढ़ाने के लिए
    /stop – चल रहा जवाब रोकें
    /start – मैं कौन हूँ, और आपके विकल्प
    /about – कौन-सा मॉडल जवाब देता है
    /language – मैं किस भाषा में बोलता हूँ
    /country – आप कहाँ हैं, आपातकालीन नंबरों के लिए
    /privacy, /mydata, /forget – आपका क्या रखा जाता है

    समूह में मेरा नाम लिखें या मेरे संदेश का जवाब दें। मैं एक AI हूँ, डॉक्टर नहीं, और आपात स्थिति के लिए नहीं।
about =
    Doctor Llama { $version }, एक AI, डॉक्टर नहीं।
    मॉडल: { $model }
    अडैप्टर: { $adapter }
    वेट: { $weights }
    किसी चिकित्सा विशेषज्ञ ने इस बॉट या इसके जवाबों की जाँच नहीं की है।
about-none = कोई नहीं
about-unknown =
    Doctor Llama { $version }, एक AI, डॉक्टर नहीं।
    मॉडल इस समय नहीं चल रहा है, इसलिए मैं नहीं बता सकता कि वह कौन-सा है।
    किसी चिकित्सा विशेषज्ञ ने इस बॉट या इसके जवाबों की जाँच नहीं की है।
about-demo = यह साथ आया छोटा प्रदर्शन मॉडल है। यह दिखाने के लिए बनाया गया है कि सब कैसे काम करता है, यह सेहत के लगभग पचास आम विषय जानता है और कुछ नहीं, और किसी चिकित्सा विशेषज्ञ ने वह नहीं पढ़ा है जो इसे सिखाया गया। यह केवल अंग्रेज़ी समझता और लिखता है।
about-elsewhere = यह अडैप्टर यहाँ नहीं सिखाया गया: किससे सीखा और कैसे जाँचा गया, यह वही बताते हैं जिन्होंने इसे प्रकाशित किया।
about-trained =
    अडैप्टर यहाँ { $date } को इस बॉट के सार्वजनिक डेटा और { $rows } स्वीकृत प्रतिक्रियाओं से सिखाया गया। पिछले के मुक़ाबले इसकी आख़िरी जाँच:
    { $measured }
new-done = नई बातचीत। पहले की बातों को अब मैं नहीं देखता।
history-title = आपकी बातचीतें। ▸ वाली अभी चल रही है।
history-title-page = आपकी बातचीतें, पृष्ठ { $page } / { $pages }। ▸ वाली अभी चल रही है।
history-none = अभी कोई बातचीत नहीं है। बस एक सवाल पूछें।
history-untitled = बिना शीर्षक
history-newer = ‹ नई
history-older = पुरानी ›
history-resume = यह बातचीत आगे बढ़ाएँ
history-back = ‹ वापस
history-resumed = “{ $title }” में वापस। वहाँ की बातों को मैं फिर से देखता हूँ।
history-unanswered = इसमें किसी का जवाब नहीं दिया गया।
stop-nothing = रोकने के लिए कुछ नहीं है।
stop-toast = रोका जा रहा है।
stop-too-late = वह जवाब पहले ही पूरा हो चुका है।
not-yours-stop = इसे केवल वही रोक सकता है जिसने पूछा था।

# /language
language-name = हिन्दी
language-ask = मैं आपसे किस भाषा में बात करूँ? (इससे मेरे अपने वाक्य बदलते हैं; मॉडल जहाँ तक हो सके सवाल की भाषा में जवाब देता है।)
language-auto = जैसा मेरे ऐप में है
language-done = अब से मैं हिन्दी में बात करूँगा।

# /country
country-ask = आप किस देश में हैं? आपात स्थिति में मैं वहीं के नंबर बताऊँगा।
country-done = लिख लिया: { $country }। आपातकाल: { $emergency }। संकट हेल्पलाइन: { $crisis }। मैंने ये नंबर सेवाओं से जाँचे नहीं हैं। बदलने के लिए /country।
country-button = 🌍 मैं किस देश में हूँ?
only-private = कृपया यह मेरे साथ निजी चैट में करें।
privacy =
    मैं आपका क्या रखता हूँ

    आपका नंबर: { $number }
    सवाल और जवाब: { $messages }
    रेटिंग और सुधार: { $feedback }
    रखना: { $storing }
    मॉडल का प्रशिक्षण: { $training }
    { $kept }

    इस बॉट को चलाने वाला रखा हुआ पढ़ सकता है; इसके समीक्षक वह पढ़ते हैं जिससे आप मॉडल को सीखने देते हैं। बॉट के साथ Telegram चैट एंड-टू-एंड एन्क्रिप्टेड नहीं होतीं।

    /mydata – आपका सब कुछ एक फ़ाइल में
    /forget – एक जवाब, एक बातचीत या सब कुछ मिटाएँ। जो आप मिटाते हैं वह तुरंत हर टेबल और फ़ाइल से निकल जाता है, और बाद का कोई प्रशिक्षण उसे नहीं देखता; जो मॉडल उससे सीख चुका है, वह बदले जाने के लिए चिह्नित होता है। बैकअप उसे { $nights } रातों तक, बदले जाने तक रखते हैं; कोई बैकअप वापस रखा जाए तो वह फिर मिटाया जाता है। इस चैट के संदेश Telegram में हैं: चैट वहाँ मिटाएँ।
privacy-yes = हाँ
privacy-no = नहीं
privacy-since = हाँ, { $date } से सहमत
privacy-outdated = अब नहीं: पाठ बदल गया है, कृपया फिर सहमति दें
privacy-kept = { $days } दिन से पुराना सब कुछ हर रात मिटाया जाता है, सिवाय उसके जिससे आप मॉडल को सीखने देते हैं।
privacy-kept-on = जब तक आप न मिटाएँ, यह रखा जाता है।
withdraw-button = अब और कुछ न रखें
withdraw-done = अब से और कुछ नहीं रखा जाता, और आपका कुछ भी मॉडल को नहीं सिखाता। जो पहले से रखा है, वह तब तक रहता है जब तक आप उसे /forget से न मिटाएँ। आपके फिर सहमत होने पर मैं फिर जवाब दे सकता हूँ।
mydata = आपका जो कुछ रखा है, पंक्तियाँ: { $rows }। यह JSON है: कोई भी टेक्स्ट एडिटर इसे खोल सकता है।
mydata-none = आपका कुछ भी नहीं रखा गया है।
forget-ask = मैं क्या मिटाऊँ? कुछ भी मिटाने से पहले मैं दिखाऊँगा कि वह क्या है।
forget-answer = आख़िरी सवाल और उसके जवाब
forget-conversation = यह बातचीत
forget-everything = सब कुछ
forget-confirm = यह मिट जाएगा: सवाल और जवाब { $messages }, रेटिंग और सुधार { $feedback }। इसे वापस नहीं किया जा सकता। पुष्टि के लिए { $minutes } मिनट के भीतर मुझे यह भेजें:
forget-confirm-everything = इनके साथ आपकी सहमतियाँ, आपकी भाषा और यहाँ की कोई भी भूमिका चली जाएगी।
forget-wrong = वह कोड सही नहीं है, या बहुत पुराना है। /forget से फिर शुरू करें।
forget-done = मिटाया गया: सवाल और जवाब { $messages }, रेटिंग और सुधार { $feedback }। इस चैट के संदेश Telegram में हैं, यहाँ नहीं: चाहें तो चैट वहाँ मिटाएँ।

# What cannot be asked
refuse-empty = मुझे इसमें कोई सवाल नहीं दिखता। कृपया उसे शब्दों में लिखें।
refuse-signs = मुझे इसमें केवल चिह्न या इमोजी दिखते हैं। कृपया अपना सवाल शब्दों में लिखें।
refuse-long = यह मेरे लिए बहुत लंबा है: मैं एक बार में { $limit } अक्षर पढ़ सकता हूँ। कृपया इसे छोटा करें, या एक-एक हिस्सा पूछें।
refuse-sticker = अच्छा स्टिकर है, पर मैं केवल टेक्स्ट पढ़ सकता हूँ। कृपया अपना सवाल शब्दों में लिखें।
refuse-photo = मैं तस्वीरें नहीं देख सकता। कृपया शब्दों में बताएँ कि आप क्या देखते हैं या क्या जानना चाहते हैं।
refuse-voice = मैं अभी आवाज़ वाले संदेश नहीं सुन सकता। कृपया अपना सवाल टेक्स्ट में लिखें।
refuse-file = मैं केवल टेक्स्ट पढ़ सकता हूँ, फ़ाइलें या दूसरी चीज़ें नहीं। कृपया अपना सवाल शब्दों में लिखें।
refuse-command = मैं { $command } नहीं जानता। क्या आपका मतलब { $nearest } था?
refuse-command-unknown = मैं { $command } नहीं जानता। /help दिखाता है कि मैं क्या कर सकता हूँ।
refuse-many = आपके कई सवाल पहले से इंतज़ार में हैं। मैं पहले उनका जवाब दूँगा; अगला सवाल कृपया उसके बाद भेजें।
refuse-full = इस समय बहुत सारे सवाल इंतज़ार में हैं। कृपया कुछ मिनट बाद फिर कोशिश करें। आपका सवाल नहीं रखा गया।
refuse-fast = यह बहुत तेज़ था। कृपया { $time } रुकें, फिर अपना सवाल दोबारा भेजें। वह नहीं रखा गया।
refuse-quota = आप उतने सवाल पूछ चुके हैं जितने एक व्यक्ति 24 घंटे में पूछ सकता है। अगला सवाल आप { $time } बाद पूछ सकते हैं। यह सवाल नहीं रखा गया।
refuse-busy = इस समय बहुत लोग पूछ रहे हैं। कृपया { $time } बाद अपना सवाल फिर भेजें। वह नहीं रखा गया।
refuse-outsider = यह बॉट केवल उन लोगों को जवाब देता है जिन्हें इसके मालिकों ने अनुमति दी है। अगर आप उन्हें जानते हैं, तो अपना नंबर बताकर अनुमति माँगें: { $number }। अनुमति मिलने पर आप लौट सकते हैं।
edit-taken = मैं सुधारे हुए रूप का जवाब दूँगा।
anew-ask = आपने ऐसा सवाल बदला है जिसका जवाब मैं देना शुरू कर चुका हूँ, या दे चुका हूँ। क्या मैं नए रूप का जवाब दूँ?
anew-button = नए रूप का जवाब दें

# A question on its way
status-next = आपका सवाल आ गया है। अगली बारी आपकी है।
status-before =
    { $before ->
        [one] आपका सवाल आ गया है। उससे पहले { $before } सवाल है।
       *[other] आपका सवाल आ गया है। उससे पहले { $before } सवाल हैं।
    }
status-wait = { $status } लगभग { $time }।
status-learning = { $status } मॉडल साथ-साथ सीख रहा है, इसलिए थोड़ी देर लग सकती है।
status-learning-alone = { $status } मॉडल अभी सीख रहा है। पूरा होते ही मैं जवाब दूँगा।
status-learning-until = { $status } मॉडल अभी सीख रहा है। पूरा होने पर मैं जवाब दूँगा, लगभग { $time } में।
status-fresh =
    { $status }

    (नई बातचीत, क्योंकि पिछली को समय हो गया। वह /history में है।)
status-paused = आपका सवाल आ गया है। रखरखाव के लिए जवाब अभी रुके हुए हैं; इसका जवाब उसके बाद मिलेगा। आपात स्थिति में अपने देश के आपातकालीन नंबर पर फ़ोन करें।
status-paused-for = आपका सवाल आ गया है। रखरखाव के लिए जवाब लगभग { $time } रुके हुए हैं; इसका जवाब उसके बाद मिलेगा। आपात स्थिति में अपने देश के आपातकालीन नंबर पर फ़ोन करें।
time-seconds =
    { $seconds ->
        [one] { $seconds } सेकंड
       *[other] { $seconds } सेकंड
    }
time-minutes =
    { $minutes ->
        [one] { $minutes } मिनट
       *[other] { $minutes } मिनट
    }
time-hours =
    { $hours ->
        [one] { $hours } घंटा
       *[other] { $hours } घंटे
    }
status-running = मैं जवाब लिख रहा हूँ…
stop-button = रोकें
answer-here = यह रहा जवाब:
answer-continues = …
answer-empty = मेरे पास इसका जवाब नहीं है। कृपया दूसरे शब्दों में पूछकर देखें।
answer-stopped = — रोका गया
stopped = रोका गया।
failed =
    माफ़ कीजिए, मैं इस सवाल का जवाब नहीं दे सका। कृपया इसे फिर भेजें। अगर फिर भी न हो, तो दूसरे शब्दों में पूछकर देखें।

    त्रुटि { $id }
failed-crashed =
    माफ़ कीजिए: इस सवाल की किसी बात से प्रोग्राम रुक जाता है, इसलिए मैंने इसे अलग रख दिया है। कृपया दूसरे शब्दों में पूछें।

    त्रुटि { $id }
failed-long = माफ़ कीजिए, यह सवाल मॉडल के लिए बहुत लंबा है। कृपया इसे छोटा करें, या /new से नए सिरे से शुरू करें।
failed-engine =
    माफ़ कीजिए, मॉडल इस समय उपलब्ध नहीं है। कृपया कुछ मिनट बाद अपना सवाल फिर भेजें।

    त्रुटि { $id }
anyway-button = आपात स्थिति नहीं: जवाब दें
anyway-toast = मैं इसका जवाब दूँगा।
anyway-gone = वह सवाल अब मेरे पास नहीं है। कृपया उसे फिर भेजें।

# Ratings
rate-up = 👍
rate-down = 👎
rate-up-chosen = 👍 ✓
rate-down-chosen = 👎 ✓
rate-toast-up = धन्यवाद। दर्ज हुआ: 👍
rate-toast-down = धन्यवाद। दर्ज हुआ: 👎
rate-toast-none = आपकी रेटिंग वापस ले ली गई।
again-button = 🔄
again-try = 🔄 फिर से
again-toast = दूसरा जवाब आ रहा है।
again-already = नया जवाब आ चुका है, या आ रहा है।
chosen = { $text } ✓
why-wrong = ग़लत
why-unsafe = ख़तरनाक
why-incomplete = अधूरा
why-unclear = समझना मुश्किल
why-off-topic = विषय से बाहर
why-other = कुछ और
why-toast = धन्यवाद। इससे मदद मिलती है।
compare-ask = कौन-सा जवाब बेहतर है: पहला (1) या नया (2)?
compare-1 = 1
compare-2 = 2
compare-same = एक जैसे
compare-bad = दोनों ख़राब
compare-toast = धन्यवाद। आप इसे कभी भी बदल सकते हैं।
write-button = ✍️ बेहतर जवाब
write-ask = कृपया बेहतर जवाब अपने अगले संदेश में लिखें: जैसा आप उसे पढ़ना चाहते।
write-placeholder = आपका बेहतर जवाब
write-leave = रहने दें
write-left = ठीक है। आपका अगला संदेश फिर से सवाल है।
write-thanks = धन्यवाद, दर्ज हुआ। अपना संदेश बदलने पर मैं बदलाव दर्ज करता हूँ।
write-thanks-kept = धन्यवाद, इस जवाब के साथ दर्ज हुआ। जब तक आप /start से अनुमति न दें, इससे कोई मॉडल नहीं सीखता। अपना संदेश बदलने पर मैं बदलाव दर्ज करता हूँ।
write-more = और लिखें
write-more-toast = बाकी अपने अगले संदेश में भेजें।
write-back = वापस लें
write-taken-back = वापस लिया गया। इसका कुछ भी नहीं रखा गया।
write-question = यह सवाल था
write-changed = आपका बदलाव दर्ज हुआ।
write-too-long = यह बहुत लंबा है: बेहतर जवाब में कुल मिलाकर अधिक से अधिक { $limit } अक्षर हो सकते हैं। यह संदेश नहीं जोड़ा गया।
not-yours-rate = इसे केवल वही रेट कर सकता है जिसने पूछा था।
not-yours-consent = यह बटन उसके लिए है जिसने पूछा था।
button-stale = यह बटन अब काम नहीं करता।

# Confirmations
confirm-yes = हाँ, करें
confirm-no = नहीं
confirm-cancelled = कुछ नहीं बदला।
confirm-stale = इसकी पुष्टि पहले हो चुकी है, या यह बहुत पुराना है। कृपया आदेश फिर दें।

# /admin, for those with a role
role-owner = स्वामी
role-admin = प्रशासक
role-reviewer = समीक्षक
role-member = सदस्य
role-user = उपयोगकर्ता
role-blocked = अवरुद्ध
role-given = अब यहाँ आपकी एक भूमिका है: { $role }। /admin दिखाता है कि आप क्या कर सकते हैं।
admin-list = आपकी भूमिका: { $role }। आप इनका उपयोग कर सकते हैं:
admin-unknown = मैं { $word } नहीं जानता।
admin-nearest = क्या आपका मतलब { $nearest } था?
admin-not-allowed = आपकी भूमिका इसकी अनुमति नहीं देती।
admin-owners = स्वामी सेटिंग में तय होते हैं, यहाँ नहीं।
admin-status-usage = /admin status – क्या चल रहा है, क्या इंतज़ार में है, क्या विफल हुआ
admin-status = Doctor Llama { $version }
admin-status-paused = ⏸ जवाब रुके हुए हैं। /admin resume से फिर शुरू करें।
admin-status-worker =
    प्रक्रिया { $name }, { $hours } घंटे से चालू, मेमोरी { $memory }
    मॉडल: { $model }
    अडैप्टर: { $adapter }
    वेट: { $weights }
admin-status-gpu = GPU: { $name }, { $total } में से { $used }, भार { $load } %, { $celsius } °C
admin-status-no-gpu = GPU: कोई नहीं दिखा
admin-status-no-worker = ⚠️ पिछले दो मिनट में कोई प्रक्रिया नहीं दिखी: किसी सवाल का जवाब नहीं दिया जा रहा।
admin-status-adapter = रजिस्टर में सक्रिय: { $adapter }
admin-status-queue = क़तार: { $waiting } इंतज़ार में, { $running } लिखे जा रहे हैं।
admin-status-oldest = पहले सवाल का इंतज़ार: { time-seconds }।
admin-status-ended = पिछले 24 घंटे: { $answered } के जवाब दिए, { $failed } विफल।
admin-status-disk = डिस्क: { $free } ख़ाली; डेटाबेस { $size } लेता है।
admin-stats-usage = /admin stats [questions|ratings|latency|queue|learning] – आँकड़ों के साथ चित्र
stats-questions = प्रतिदिन सवाल, { $days } दिन
stats-questions-caption = कुल { $total }, पिछले 7 दिन { $week }, आज { $people } लोगों के { $today }।
stats-label-questions = सवाल
stats-label-people = लोग
stats-ratings = अडैप्टर के अनुसार पसंद किए गए जवाब, 95 % अंतराल
stats-ratings-line = { $adapter }: { $n } रेटिंग में से { $share } % ({ $low }–{ $high })
stats-latency = इंतज़ार के सेकंड, { $days } दिन
stats-latency-caption = { $n } जवाबों में से 50 %, 90 % और 99 % ने इससे ज़्यादा समय नहीं लिया
stats-latency-line = { $what }: { $half } से., { $nine } से., { $most } से.
stats-label-queue = क़तार में
stats-label-first = पहले शब्द
stats-label-whole = पूरा जवाब
stats-queue = इंतज़ार में सवाल, { $hours } घंटे
stats-queue-caption = अभी { $now }, अधिकतम { $most }। समय UTC में।
stats-none-ratings = अभी तक किसी जवाब की रेटिंग नहीं हुई।
stats-none-latency = पिछले 7 दिनों में किसी को जवाब नहीं दिया गया।
admin-jobs-usage = /admin jobs [cancel नंबर] – क्या इंतज़ार में है और क्या चल रहा है, और किसी को रोकना
admin-jobs = इंतज़ार में सवाल: { $waiting }
admin-jobs-line = { $number } { $kind }, { $status }, { $time } से
admin-cancel-ask = काम { $number } रोकें? जो इंतज़ार में है उसे बताया जाएगा।
admin-cancel-done = काम { $number } रोक दिया गया।
admin-cancel-late = इंतज़ार में या चालू कोई काम { $number } नहीं है।
admin-pause-usage = /admin pause [मिनट] – रखरखाव: सवाल इंतज़ार करते हैं, आपात स्थितियों का जवाब मिलता है
admin-pause-ask = सभी जवाब रोकें? सवाल लिए जाते हैं और इंतज़ार करते हैं; आपातकालीन संदेश हमेशा की तरह जाते हैं; जो लिखा जा रहा है वह पूरा होता है।
admin-pause-done = रोका गया। /admin resume से फिर शुरू करें।
admin-resume-usage = /admin resume – विराम समाप्त करें
admin-resume-done = फिर शुरू: जो इंतज़ार में थे, उनके जवाब अब दिए जा रहे हैं।
admin-resume-none = कोई विराम नहीं है।
admin-export-usage = /admin export [jsonl|parquet] – जिससे सीखा जा सकता है, फ़ाइलों में
admin-export-ask = जिससे लोग मॉडल को सीखने देते हैं, उसे { $format } में इस चैट में भेजें? वह साफ़ किया हुआ और छद्म नामों से है, पर सेहत के बारे में है: यहाँ आने के बाद कोई मिटाना उस तक नहीं पहुँचता।
admin-export-begun = फ़ाइलें लिखी जा रही हैं।
admin-export-done = नमूने: { $samples }। छोड़े गए:
admin-export-large = { $name } Telegram की सीमा से बड़ी है। उपयोग करें: doctor-llama feedback export
admin-broadcast-usage = /admin broadcast पाठ – सबको कुछ बताएँ (अधिकतम 3500 अक्षर)
admin-broadcast-ask = इसे, जैसा ऊपर है, लोगों को भेजें: { $people }?
admin-broadcast-begun = यह काम { $number } के रूप में जा रहा है। /admin jobs दिखाता है कि कितना हुआ; /admin jobs cancel { $number } उसे रोकता है।
admin-broadcast-progress = ({ $sent } को बताया, { $gone } चले गए)
admin-broadcast-ended = प्रसारण समाप्त। बताया गया: { $sent }; मुझे ब्लॉक किया: { $gone }; पता नहीं: { $unsure }।
admin-users-usage = /admin users [पृष्ठ] – कौन है, और किसकी भूमिका है
admin-users = लोग: { $known }; रखने पर सहमत { $agreed }, प्रशिक्षण पर { $training }; पिछले 7 दिनों में पूछा { $active }; अवरुद्ध { $blocked }।
admin-users-page = सबसे बाद में आए, पृष्ठ { $page }:
admin-users-line = { $number } – { $role }, { $since } से, 7 दिनों में { $asked }
admin-grant-usage = /admin grant नंबर admin|reviewer|member – किसी को भूमिका दें
admin-revoke-usage = /admin revoke नंबर – भूमिका वापस लें
admin-block-usage = /admin block नंबर – किसी को केवल आपात स्थिति में जवाब दें
admin-unblock-usage = /admin unblock नंबर – फिर जवाब दें
admin-role-already = { $number } की यह भूमिका पहले से है: { $role }।
admin-role-ask = { $number } अभी: { $former }। बदलकर करें: { $role }?
admin-role-stranger = इस नंबर ने मुझे कभी नहीं लिखा। क्या यह सही है?
admin-role-done = हो गया। { $number } अब: { $role }।

# Learning: review, refresh, adapters, comparisons
admin-review-usage = /admin review [reopen संख्या | edit संख्या पाठ] – समीक्षा की प्रतीक्षा में सुधार
admin-compare-usage = /admin compare [पहला दूसरा [प्रश्न | प्रश्न]] – दो अडैप्टर आमने-सामने, नाम छिपाकर
admin-retrain-usage = /admin retrain [cancel | resume] – स्वीकृत सुझावों से सीखना
admin-adapters-usage = /admin adapters [नाम | promote नाम | reject नाम | rollback] – कौन उत्तर दे सकता है और कौन देता है
review-none = आपके लिए कोई सुधार प्रतीक्षा में नहीं है।
review-card = सुधार { $number } – प्रतीक्षा में: { $waiting }
review-question = प्रश्न:
review-answer = उत्तर:
review-correction = सुधार:
review-warning = ⚠️ एक नियम ने रोका: { $why }
review-edit = दूसरे शब्दों में: /admin review edit { $number } आपका पाठ
review-approve = ✓ स्वीकार करें
review-anyway = ✓ फिर भी स्वीकार करें
review-refuse = ✗ अस्वीकार करें
review-skip = छोड़ें
review-approved = सुधार { $number } स्वीकृत है। वापस लेने के लिए: /admin review reopen { $number }
review-refused = सुधार { $number } अस्वीकृत है। वापस लेने के लिए: /admin review reopen { $number }
review-skipped = सुधार { $number } प्रतीक्षा में रहेगा।
review-reopened = सुधार { $number } फिर से समीक्षा की प्रतीक्षा में है।
retrain-ask = नए सुझाव: { $new }। समीक्षा की प्रतीक्षा में सुधार: { $waiting }। क्या अभी नया अडैप्टर प्रशिक्षित करें? सक्रिय किए जाने से पहले वह किसी को उत्तर नहीं देता।
retrain-begun = अद्यतन कतार में है। यहाँ एक संदेश उसकी प्रगति दिखाएगा।
retrain-live = एक अद्यतन पहले से प्रतीक्षा में है या चल रहा है। रोकने के लिए: /admin retrain cancel
retrain-none = कोई अद्यतन प्रतीक्षा में नहीं है और न चल रहा है।
retrain-nothing-to-resume = पिछला अद्यतन बीच में नहीं रुका था: आगे बढ़ाने को कुछ नहीं है।
retrain-cancel-ask = क्या अद्यतन रोक दें?
retrain-cancelled = अद्यतन रोक दिया गया। पहले वाला अडैप्टर उत्तर देता रहेगा।
refresh-waiting = 🧠 एक अद्यतन अपनी बारी की प्रतीक्षा में है।
refresh-running = 🧠 अद्यतन: { $phase }
phase-data = नमूने जुटाना
phase-sft = उत्तर सीखना
phase-preference = पसंद सीखना
phase-export = अडैप्टर लिखना
phase-evaluate = मापना
refresh-loss = हानि: { $loss }
refresh-left = शेष: { $time }
refresh-alone = तब तक उत्तर प्रतीक्षा में हैं।
refresh-passed = ✅ { $adapter } जाँच में सफल रहा।
refresh-rejected = ✗ { $adapter } जाँच में सफल नहीं हुआ। पहले वाला उत्तर देता रहेगा।
refresh-cleaned = { $rows } मिटाई या वापस ली गई पंक्तियों के बिना फिर से सीखा।
refresh-line = { $set }: { $items } में से { $before } % → { $now } %, खोए { $lost }, पाए { $gained }
refresh-failed = अद्यतन विफल रहा: { $why }। पहले वाला उत्तर देता रहेगा। आगे बढ़ाने के लिए: /admin retrain resume
refresh-cancelled = एक व्यवस्थापक ने अद्यतन रोक दिया।
refresh-why-memory = स्मृति पर्याप्त नहीं थी
refresh-why-disk = डिस्क भर गई है
refresh-why-hang = वह आगे नहीं बढ़ रहा था और रोक दिया गया
refresh-why-killed = सिस्टम ने उसे समाप्त किया, जैसा स्मृति कम होने पर होता है
refresh-why-nothing = कोई नया स्वीकृत सुझाव नहीं है
refresh-why-stopped = वर्कर रोक दिया गया
refresh-why-interrupted = उसका वर्कर समाप्त हो गया
refresh-why-crashed = प्रोग्राम रुक गया; उसके लॉग में और जानकारी है
refresh-curve = चरण के अनुसार हानि
adapter-promote = सक्रिय करें
adapter-reject = अस्वीकार
adapter-rollback = वापस जाएँ
adapter-promote-ask = क्या { $former } के स्थान पर { $name } उत्तर दे?
adapter-reject-ask = क्या { $name } को अस्वीकार करें? अभी सक्रिय: { $former }।
adapter-rollback-ask = क्या { $name } से { $former } पर लौटें?
adapter-promoted = अब से { $name } उत्तर देगा।
adapter-rejected = { $name } अस्वीकृत है।
adapter-rolled-back = { $name } के स्थान पर फिर { $former } उत्तर देगा।
adapter-of-settings = जो सेटिंग में है
adapter-status-candidate = उम्मीदवार
adapter-status-active = सक्रिय
adapter-status-retired = सेवामुक्त
adapter-status-rejected = अस्वीकृत
adapters-none = अभी कोई अडैप्टर नहीं है। अद्यतन एक बनाता है।
adapters-line = { $name } → { $status }
adapters-due = ⚠️ फिर प्रशिक्षण चाहिए: इसकी { $rows } पंक्तियाँ मिटाई या वापस ली गईं।
adapters-start = यहाँ से प्रशिक्षित: { $start }
adapters-rows = सुझावों की पंक्तियाँ: { $rows }
rollback-news = ⚠️ लोग { $name } को { $former } से कम आँकते हैं (भिन्न जोड़ों में: { $worse } बनाम { $better })। फिर { $former } उत्तर देगा।
compare-begun = उत्तर लिखे जा रहे हैं। तुलना के योग्य होने पर मैं बताऊँगा।
compare-ready = उत्तर तैयार हैं: /admin compare
compare-none = ऐसा कोई जोड़ा नहीं जिसे आपने न आँका हो।
judge-a = A बेहतर है
judge-b = B बेहतर है
judge-same = समान
compare-score = { $first } के विरुद्ध { $second }: जीते { $wins }, हारे { $losses }, समान { $ties }; { $share } % ({ $low }–{ $high } %)
stats-learning-corrections = सुधार
stats-learning-corrections-caption = प्रतीक्षा { $open }, स्वीकृत { $approved }, अस्वीकृत { $refused }, सीखे { $used }
stats-learning-open = प्रतीक्षा
stats-learning-approved = स्वीकृत
stats-learning-refused = अस्वीकृत
stats-learning-used = सीखे गए
stats-learning-runs = पिछले अद्यतनों ने क्या पाया
stats-learning-gained = पाए
stats-learning-lost = खोए
stats-learning-run = रन { $number }: { $adapter }, पाए { $gained }, खोए { $lost }
stats-none-learning = अभी किसी ने कुछ आँका या सुधारा नहीं है।

# Errors
error = माफ़ कीजिए, मेरी ओर से कुछ गड़बड़ हुई। कृपया फिर कोशिश करें। अगर फिर ऐसा हो, तो हमें यह नंबर बताएँ: { $id }
error-admin = त्रुटि { $id }: { $where } में { $kind }
unsafe-admin = किसी ने जवाब { $id } को ख़तरनाक बताया।

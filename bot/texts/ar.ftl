# Translated for this project; not reviewed by a native speaker.

# Who the bot is. Telegram shows name and description before anyone presses Start.
bot-name = Doctor Llama (ذكاء اصطناعي، وليس طبيبًا)
bot-short-description = ذكاء اصطناعي يشرح مواضيع الصحة بكلمات بسيطة. ليس طبيبًا. ليس للحالات الطارئة.
bot-description =
    ليس للحالات الطارئة.

    أنا Doctor Llama، ذكاء اصطناعي يشرح مواضيع الصحة بكلمات بسيطة. لست طبيبًا، وقد أخطئ، ولا أحلّ محلّ الطبيب. في حالة الطوارئ يُرجى الاتصال برقم الطوارئ في بلدكم.

command-start = من أنا، وما يمكن اختياره
command-help = كيف تُستخدم خدمتي
command-new = بدء محادثة جديدة
command-history = المحادثات السابقة
command-off = إيقافي في هذه المجموعة
command-on = تشغيلي من جديد
command-stop = إيقاف الإجابة الجارية
command-about = أي نموذج يجيب
command-language = بأي لغة أتحدث
command-country = أين أنا، لأرقام الطوارئ
command-privacy = ما يُحفظ عنكم
command-mydata = كل ما يخصكم في ملف واحد
command-forget = مسح إجابة أو محادثة أو كل شيء
command-admin = ما هو متاح لك هنا

# /start and consent
start =
    مرحبًا! أنا Doctor Llama، ذكاء اصطناعي ولست طبيبًا. يمكن سؤالي عن الصحة بكلمات عادية، وسأشرح ما هو معروف عمومًا.

    ⚠️ ليس للحالات الطارئة. إذا كان أحد في خطر محتمل، فيُرجى الاتصال الآن برقم الطوارئ في بلدكم (الرقم 112 يعمل على معظم الهواتف المحمولة).

    قد أخطئ. قبل أي قرار يخص صحتكم، يُرجى سؤال طبيب أو صيدلي.
start-consent =
    ما أحفظه عند الموافقة: أسئلتكم وإجاباتي وتقييماتكم، مع رقمكم في تيليجرام، لكي أتابع محادثتنا. لا يُحفظ شيء من ذلك قبل الموافقة.

    الموافقة تعني أيضًا أن عمركم 18 سنة أو أكثر.

    ما يُحفظ، ولأي مدة، وكيف يُسحب: /privacy.
start-agreed = تمت الموافقة على أن أحفظ محادثاتنا. يمكن طرح السؤال الآن.
start-group = هنا أجيب عند ذكر اسمي أو عند الرد على رسالة مني. للموافقة على الحفظ، أو للسؤال على انفراد، يُرجى الكتابة إليّ مباشرة.
group-notice =
    مرحبًا. أجيب في هذه المجموعة عند ذكر { $name } أو عند الرد على رسالة مني. ولا أقرأ الرسائل الأخرى.

    الأسئلة وإجاباتي يراها الجميع هنا. ولا أحفظ إلا ما يكتبه من وافق على ذلك، ويمكن أيضًا سؤالي في محادثة خاصة. أنا ذكاء اصطناعي ولست طبيبًا، ولست للحالات الطارئة.

    يمكن لأي مشرف إيقافي بالأمر /off.
group-on = أجيب هنا من جديد عند ذكري أو الرد عليّ.
group-off = أنا صامت هنا الآن، إلا عند علامات الطوارئ. ‏/on يعيدني.
group-only = هذا للمجموعات.
group-admins = هذا ممكن لمشرفي هذه المجموعة فقط.
consent-changed = تغيّر ما وافقتم عليه منذ ذلك الحين. يُرجى قراءته من جديد: لن يُحفظ شيء آخر حتى توافقوا.
consent-needed =
    قبل أن أجيب أحتاج إلى موافقتكم: أحفظ أسئلتكم وإجاباتي وتقييماتكم، مع رقمكم في تيليجرام، لكي أتابع محادثتنا. وتؤكدون أن عمركم 18 سنة أو أكثر. أنا ذكاء اصطناعي ولست طبيبًا، وقد أخطئ.

    لم يُحفظ شيء من سؤالكم بعد. بالضغط على الزر سأجيب عنه.

    ما يُحفظ، ولأي مدة، وكيف يُسحب: /privacy.
consent-button = أوافق
consent-thanks = شكرًا. سؤالكم في الطريق.
consent-thanks-ask-again = شكرًا. يُرجى إرسال السؤال الآن.
share-question =
    خيار آخر، منفصل عن ذلك: هل يجوز أن تساعد تقييماتكم على تحسين النموذج؟ عند الموافقة قد تُستخدم الإجابات التي تقيّمونها، مع أسئلتها، في التدريب. هذا متوقف إلى أن تفعّلوه، ويمكن تغييره هنا في أي وقت بالأمر /start.
share-on = نعم، للمساعدة على التحسين
share-off = لا، دون استخدامها في التدريب
share-state-on = الآن: نعم، يجوز أن تحسّن تقييماتي النموذج.
share-state-off = الآن: لا، لا يُستخدم شيء مني في التدريب.
share-toast-on = شكرًا. يجوز أن تحسّن تقييماتكم النموذج.
share-toast-off = لا يُستخدم شيء منكم في التدريب.
share-consent-first = يُرجى أولًا الموافقة على الحفظ بالأمر /start.

# /help, /about, /new, /stop
help =
    يمكن سؤالي عن أي شيء في الصحة، بكلمات بسيطة وموضوع واحد في كل مرة. مثلًا: «ماذا يساعد ضد حمى القش؟»

    👍 و 👎 تحت الإجابة تخبراننا هل كانت جيدة. يمكن تغيير الاختيار أو سحبه في أي وقت.

    🔄 يأتي بإجابة أخرى ويُبقي الأولى. بعد 👎 يمكن ذكر السبب، أو كتابة إجابة أفضل. ولتصحيح جزء فقط يُرجى تحديده في إجابتي والرد عليه. وإذا عُدّل سؤال أجبت عن الصيغة الجديدة.

    /new – بدء محادثة جديدة، دون ما قيل من قبل
    /history – المحادثات السابقة، للاطلاع عليها أو متابعتها
    /stop – إيقاف الإجابة الجارية
    /start – من أنا، وما يمكن اختياره
    /about – أي نموذج يجيب
    /language – بأي لغة أتحدث
    ‎/country – أين أنت، لأرقام الطوارئ
    /privacy و /mydata و /forget – ما يُحفظ عنكم

    في المجموعات يُرجى ذكر اسمي أو الرد على رسالة مني. أنا ذكاء اصطناعي ولست طبيبًا، ولست للحالات الطارئة.
about =
    Doctor Llama { $version }، ذكاء اصطناعي وليس طبيبًا.
    النموذج: { $model }
    المحوّل: { $adapter }
    الأوزان: { $weights }
    لم يراجع أي مختص صحي هذا البوت ولا إجاباته.
about-none = لا يوجد
about-unknown =
    Doctor Llama { $version }، ذكاء اصطناعي وليس طبيبًا.
    النموذج لا يعمل في هذه اللحظة، فلا أستطيع أن أقول أي نموذج هو.
    لم يراجع أي مختص صحي هذا البوت ولا إجاباته.
about-demo = هذا هو نموذج العرض الصغير المدمج. صُنع ليُظهر كيف يعمل كل شيء، ويعرف نحو خمسين موضوعًا صحيًا شائعًا ولا شيء غير ذلك، ولم يقرأ أي مختص صحي ما عُلِّم. وهو يفهم ويكتب الإنجليزية فقط.
about-elsewhere = لم يُدرَّب هذا المهايئ هنا: ما تعلّم منه وكيف قيس يقوله من نشره.
about-trained =
    دُرّب المهايئ هنا في { $date } على مجموعات البيانات العامة لهذا البوت وعلى آراء معتمدة عددها { $rows }. آخر تقييم له مقارنة بسابقه:
    { $measured }
new-done = محادثة جديدة. لن آخذ بما قيل من قبل.
history-title = المحادثات. العلامة ▸ تدل على المحادثة الجارية.
history-title-page = المحادثات، صفحة { $page } من { $pages }. العلامة ▸ تدل على المحادثة الجارية.
history-none = لا توجد محادثات بعد. يكفي طرح سؤال.
history-untitled = بلا عنوان
history-newer = ‹ الأحدث
history-older = الأقدم ›
history-resume = متابعة هذه المحادثة
history-back = ‹ رجوع
history-resumed = عدنا إلى «{ $title }». آخذ من جديد بما قيل هناك.
history-unanswered = لم يُجب فيها عن شيء.
stop-nothing = لا يوجد ما يُوقف.
stop-toast = يجري الإيقاف.
stop-too-late = تلك الإجابة انتهت بالفعل.
not-yours-stop = الإيقاف ممكن فقط لمن سأل.

# /language
language-name = العربية
language-ask = بأي لغة أتحدث معكم؟ (هذا يغيّر عباراتي أنا؛ أما النموذج فيجيب بلغة السؤال قدر استطاعته.)
language-auto = حسب لغة التطبيق
language-done = من الآن أتحدث العربية.

# /country
country-ask = في أي بلد أنت؟ عندها أذكر أرقامه في حالة الطوارئ.
country-done = سُجّل: { $country }. الطوارئ: { $emergency }. خط الدعم النفسي: { $crisis }. لم أتحقق من هذه الأرقام لدى الخدمات نفسها. للتغيير: ‎/country.
country-button = 🌍 في أي بلد أنا؟
only-private = يُرجى فعل ذلك في محادثة خاصة معي.
privacy =
    ما أحفظه عنكم

    رقمكم: { $number }
    الأسئلة والإجابات: { $messages }
    التقييمات والتصحيحات: { $feedback }
    الحفظ: { $storing }
    تدريب النموذج: { $training }
    { $kept }

    يمكن لمن يدير هذا البوت قراءة المحفوظ؛ ويقرأ مراجعوه ما تسمحون بتدريب النموذج عليه. محادثات تيليجرام مع البوتات ليست مشفّرة من طرف إلى طرف.

    /mydata – كل ما يخصكم في ملف واحد
    /forget – مسح إجابة أو محادثة أو كل شيء. ما تمسحونه يخرج فورًا من كل الجداول ومن الملف، ولا يراه أي تدريب لاحق؛ والنموذج الذي تعلّم منه يُعلَّم ليُستبدل. تحتفظ به النسخ الاحتياطية حتى تُستبدل بعد { $nights } ليلة؛ وإذا أُعيدت إحداها فإنه يُمسح من جديد. رسائل هذه المحادثة عند تيليجرام: احذفوا المحادثة هناك.
privacy-yes = نعم
privacy-no = لا
privacy-since = نعم، منذ { $date }
privacy-outdated = لم يعد كذلك: تغيّر النص، يُرجى الموافقة من جديد
privacy-kept = ما مضى عليه أكثر من { $days } يومًا يُمسح كل ليلة، إلا ما تسمحون بتدريب النموذج عليه.
privacy-kept-on = يُحفظ حتى تمسحوه.
withdraw-button = عدم حفظ أي شيء آخر
withdraw-done = من الآن لا يُحفظ شيء آخر، ولا يُدرَّب النموذج على شيء منكم. ما حُفظ من قبل يبقى حتى تمسحوه بالأمر /forget. أستطيع الإجابة من جديد بعد موافقتكم من جديد.
mydata = كل ما يُحفظ عنكم، عدد الصفوف: { $rows }. الصيغة JSON: يفتحها أي محرر نصوص.
mydata-none = لا يُحفظ شيء عنكم.
forget-ask = ماذا أمسح؟ سأعرض ما هو قبل أن يُمسح أي شيء.
forget-answer = السؤال الأخير وإجاباته
forget-conversation = هذه المحادثة
forget-everything = كل شيء
forget-confirm = سيُمسح: أسئلة وإجابات { $messages }، تقييمات وتصحيحات { $feedback }. لا يمكن التراجع عن ذلك. للتأكيد يُرجى إرسال هذا خلال { $minutes } دقائق:
forget-confirm-everything = ويذهب معها موافقاتكم ولغتكم وأي دور لكم هنا.
forget-wrong = هذا الرمز غير صحيح أو قديم. الأمر /forget يبدأ من جديد.
forget-done = مُسح: أسئلة وإجابات { $messages }، تقييمات وتصحيحات { $feedback }. رسائل هذه المحادثة عند تيليجرام وليست هنا: يمكن حذف المحادثة هناك.

# What cannot be asked
refuse-empty = لا أرى سؤالًا هنا. يُرجى كتابته بالكلمات.
refuse-signs = لا أرى سوى علامات أو رموز تعبيرية. يُرجى كتابة السؤال بالكلمات.
refuse-long = هذا أطول مما أستطيع: يمكنني قراءة { $limit } حرف في كل مرة. يُرجى الاختصار، أو السؤال جزءًا بعد جزء.
refuse-sticker = ملصق جميل، لكنني أقرأ النصوص فقط. يُرجى كتابة السؤال بالكلمات.
refuse-photo = لا أستطيع النظر إلى الصور. يُرجى أن تصفوا بالكلمات ما ترونه أو ما تريدون معرفته.
refuse-voice = لا أستطيع الاستماع إلى الرسائل الصوتية بعد. يُرجى كتابة السؤال نصًا.
refuse-file = أقرأ النصوص فقط، لا الملفات ولا غيرها. يُرجى كتابة السؤال بالكلمات.
refuse-command = لا أعرف { $command }. هل المقصود { $nearest }؟
refuse-command-unknown = لا أعرف { $command }. الأمر /help يعرض ما أستطيع فعله.
refuse-many = لديكم عدة أسئلة في الانتظار. سأجيب عنها أولًا؛ يُرجى إرسال السؤال التالي بعد ذلك.
refuse-full = أسئلة كثيرة جدًا في الانتظار في هذه اللحظة. يُرجى المحاولة من جديد بعد بضع دقائق. لم يُحفظ سؤالكم.
refuse-fast = كان ذلك سريعًا جدًا. يُرجى الانتظار ({ $time }) ثم إرسال السؤال من جديد. لم يُحفظ.
refuse-quota = طُرح من الأسئلة ما يُسمح به لشخص واحد في 24 ساعة. يمكن طرح السؤال التالي بعد: { $time }. لم يُحفظ هذا السؤال.
refuse-busy = يسأل كثير من الناس في هذه اللحظة. يُرجى إرسال السؤال من جديد بعد: { $time }. لم يُحفظ.
refuse-outsider = يجيب هذا البوت فقط من سمح لهم مالكوه. إذا كنتم تعرفونهم فاطلبوا منهم السماح لكم، مع رقمكم: { $number }. يمكن العودة بعد ذلك.
edit-taken = سأجيب عن الصيغة المصححة.
anew-ask = عُدّل سؤال بدأت الإجابة عنه أو أجبت عنه. هل أجيب عن الصيغة الجديدة؟
anew-button = الإجابة عن الصيغة الجديدة

# A question on its way
status-next = وصل سؤالكم. دوركم هو التالي.
status-before =
    { $before ->
        [zero] وصل سؤالكم. لا يوجد سؤال قبله.
        [one] وصل سؤالكم. قبله سؤال واحد.
        [two] وصل سؤالكم. قبله سؤالان.
        [few] وصل سؤالكم. قبله { $before } أسئلة.
        [many] وصل سؤالكم. قبله { $before } سؤالًا.
       *[other] وصل سؤالكم. قبله { $before } سؤال.
    }
status-wait = { $status } المدة المتوقعة: { $time }.
status-learning = { $status } النموذج يتعلم في الوقت نفسه، فقد يستغرق الأمر وقتًا أطول.
status-learning-alone = { $status } النموذج يتعلم الآن. سأجيب حالما ينتهي.
status-learning-until = { $status } النموذج يتعلم الآن. سأجيب حين ينتهي، المدة المتوقعة: { $time }.
status-fresh =
    { $status }

    (محادثة جديدة، لأن الأخيرة مضى عليها وقت. وهي في /history.)
status-paused = وصل سؤالكم. الإجابات متوقفة مؤقتًا للصيانة؛ وسيُجاب عنه بعد ذلك. في حالة الطوارئ يُرجى الاتصال برقم الطوارئ في بلدكم.
status-paused-for = وصل سؤالكم. الإجابات متوقفة مؤقتًا للصيانة، والمدة المتوقعة: { $time }؛ وسيُجاب عنه بعد ذلك. في حالة الطوارئ يُرجى الاتصال برقم الطوارئ في بلدكم.
time-seconds =
    { $seconds ->
        [zero] أقل من ثانية
        [one] ثانية واحدة
        [two] ثانيتان
        [few] { $seconds } ثوانٍ
        [many] { $seconds } ثانية
       *[other] { $seconds } ثانية
    }
time-minutes =
    { $minutes ->
        [zero] أقل من دقيقة
        [one] دقيقة واحدة
        [two] دقيقتان
        [few] { $minutes } دقائق
        [many] { $minutes } دقيقة
       *[other] { $minutes } دقيقة
    }
time-hours =
    { $hours ->
        [zero] أقل من ساعة
        [one] ساعة واحدة
        [two] ساعتان
        [few] { $hours } ساعات
        [many] { $hours } ساعة
       *[other] { $hours } ساعة
    }
status-running = أكتب الإجابة…
stop-button = إيقاف
answer-here = هذه هي الإجابة:
answer-continues = …
answer-empty = ليس عندي جواب عن ذلك. يُرجى محاولة السؤال بكلمات أخرى.
answer-stopped = — أُوقفت
stopped = أُوقفت.
failed =
    عذرًا، لم أستطع الإجابة عن هذا السؤال. يُرجى إرساله مرة أخرى. وإذا تعذّر ذلك من جديد، فيُرجى محاولة السؤال بكلمات أخرى.

    الخطأ { $id }
failed-crashed =
    عذرًا: شيء في هذا السؤال يجعل البرنامج يتوقف، لذلك وضعته جانبًا. يُرجى السؤال بكلمات أخرى.

    الخطأ { $id }
failed-long = عذرًا، هذا السؤال أطول مما يستطيعه النموذج. يُرجى اختصاره، أو البدء من جديد بالأمر /new.
failed-engine =
    عذرًا، النموذج غير متاح في هذه اللحظة. يُرجى إرسال السؤال من جديد بعد بضع دقائق.

    الخطأ { $id }
anyway-button = ليست حالة طارئة: أريد إجابة
anyway-toast = سأجيب عنه.
anyway-gone = لم يعد ذلك السؤال عندي. يُرجى إرساله مرة أخرى.

# Ratings
rate-up = 👍
rate-down = 👎
rate-up-chosen = 👍 ✓
rate-down-chosen = 👎 ✓
rate-toast-up = شكرًا. سُجّل: 👍
rate-toast-down = شكرًا. سُجّل: 👎
rate-toast-none = سُحب تقييمكم.
again-button = 🔄
again-try = 🔄 محاولة أخرى
again-toast = إجابة أخرى في الطريق.
again-already = توجد إجابة أحدث، أو هي في الطريق.
chosen = { $text } ✓
why-wrong = خاطئة
why-unsafe = خطرة
why-incomplete = ناقصة
why-unclear = صعبة الفهم
why-off-topic = خارج الموضوع
why-other = شيء آخر
why-toast = شكرًا. هذا مفيد.
compare-ask = أي الإجابتين أفضل: الأولى (1) أم الجديدة (2)؟
compare-1 = 1
compare-2 = 2
compare-same = سواء
compare-bad = كلتاهما سيئة
compare-toast = شكرًا. يمكن تغيير ذلك في أي وقت.
write-button = ✍️ إجابة أفضل
write-ask = يُرجى كتابة الإجابة الأفضل في الرسالة التالية: كما كان يُراد لها أن تُقرأ.
write-placeholder = الإجابة الأفضل
write-leave = لا داعي
write-left = حسنًا. الرسالة التالية سؤال من جديد.
write-thanks = شكرًا، سُجّلت. وإذا عُدّلت الرسالة سجّلت التعديل.
write-thanks-kept = شكرًا، سُجّلت مع هذه الإجابة. ولا تُدرّب أي نموذج ما لم يُسمح بذلك عبر /start. وإذا عُدّلت الرسالة سجّلت التعديل.
write-more = كتابة المزيد
write-more-toast = يُرجى إرسال البقية في الرسالة التالية.
write-back = سحبها
write-taken-back = سُحبت. ولا يُحفظ منها شيء.
write-question = كان سؤالًا
write-changed = سُجّل التعديل.
write-too-long = هذا طويل جدًا: للإجابة الأفضل { $limit } حرف على الأكثر في المجموع. لم تُضف هذه الرسالة.
not-yours-rate = التقييم ممكن فقط لمن سأل.
not-yours-consent = هذا الزر لمن سأل.
button-stale = لم يعد هذا الزر يعمل.

# Confirmations
confirm-yes = نعم، نفّذ
confirm-no = لا
confirm-cancelled = لم يتغيّر شيء.
confirm-stale = تم تأكيد ذلك من قبل، أو مضى عليه وقت طويل. يُرجى إعطاء الأمر من جديد.

# /admin, for those with a role
role-owner = مالك
role-admin = مشرف
role-reviewer = مراجع
role-member = عضو
role-user = مستخدم
role-blocked = محظور
role-given = أصبح لكم دور هنا: { $role }. الأمر /admin يعرض ما هو متاح.
admin-list = الدور: { $role }. الأوامر المتاحة:
admin-unknown = لا أعرف { $word }.
admin-nearest = هل المقصود { $nearest }؟
admin-not-allowed = دوركم لا يسمح بذلك.
admin-owners = يُسمّى المالكون في الإعدادات وليس هنا.
admin-status-usage = /admin status – ما يعمل، وما ينتظر، وما فشل
admin-status = Doctor Llama { $version }
admin-status-paused = ⏸ الإجابات متوقفة مؤقتًا. الأمر /admin resume يستأنفها.
admin-status-worker =
    العامل { $name }، يعمل منذ { $hours } ساعة، الذاكرة { $memory }
    النموذج: { $model }
    المحوّل: { $adapter }
    الأوزان: { $weights }
admin-status-gpu = المعالج الرسومي: { $name }، { $used } من { $total }، الحمل { $load } %، { $celsius } °C
admin-status-no-gpu = المعالج الرسومي: لا يوجد
admin-status-no-worker = ⚠️ لم يُرَ أي عامل في الدقيقتين الأخيرتين: لا يُجاب عن شيء.
admin-status-adapter = النشط في السجل: { $adapter }
admin-status-queue = قائمة الانتظار: { $waiting } تنتظر، { $running } تُكتب.
admin-status-oldest = مدة انتظار الأول: { time-seconds }.
admin-status-ended = آخر 24 ساعة: أُجيب عن { $answered }، وفشل { $failed }.
admin-status-disk = القرص: { $free } متاحة؛ قاعدة البيانات تشغل { $size }.
admin-stats-usage = /admin stats [questions|ratings|latency|queue|learning] – رسوم بيانية مع أرقامها
stats-questions = الأسئلة يوميًا، { $days } يومًا
stats-questions-caption = المجموع { $total }، آخر 7 أيام { $week }، اليوم { $today } من { $people } أشخاص.
stats-label-questions = أسئلة
stats-label-people = أشخاص
stats-ratings = نسبة الإجابات الجيدة لكل محوّل، بفاصل 95 %
stats-ratings-line = { $adapter }: { $share } % ({ $low }–{ $high }) من { $n } تقييم
stats-latency = ثواني الانتظار، { $days } أيام
stats-latency-caption = من { $n } إجابة: لم تستغرق 50 % و90 % و99 % أكثر من
stats-latency-line = { $what }: { $half } ث، { $nine } ث، { $most } ث
stats-label-queue = في الانتظار
stats-label-first = أول الكلمات
stats-label-whole = الإجابة كاملة
stats-queue = الأسئلة المنتظرة، { $hours } ساعة
stats-queue-caption = الآن { $now }، والأقصى { $most }. الأوقات بتوقيت UTC.
stats-none-ratings = لم تُقيَّم أي إجابة بعد.
stats-none-latency = لم يُجَب أحد في آخر 7 أيام.
admin-jobs-usage = /admin jobs [cancel الرقم] – ما ينتظر وما يعمل، وإنهاء أحدها
admin-jobs = الأسئلة المنتظرة: { $waiting }
admin-jobs-line = { $number } { $kind }، { $status }، منذ { $time }
admin-cancel-ask = هل تُنهى المهمة { $number }؟ سيُخبَر من ينتظرها بأنها أُوقفت.
admin-cancel-done = أُنهيت المهمة { $number }.
admin-cancel-late = لا توجد مهمة { $number } تنتظر أو تعمل.
admin-pause-usage = /admin pause [دقائق] – صيانة: الأسئلة تنتظر، والحالات الطارئة يُجاب عنها
admin-pause-ask = هل تُوقف كل الإجابات مؤقتًا؟ تُستقبل الأسئلة وتنتظر؛ وتُرسل نصوص الطوارئ كالمعتاد؛ وما يُكتب الآن يُستكمل.
admin-pause-done = توقّف مؤقتًا. الأمر /admin resume يستأنف.
admin-resume-usage = /admin resume – إنهاء التوقف
admin-resume-done = نستأنف: يُجاب الآن عمّا كان ينتظر.
admin-resume-none = لا يوجد توقف.
admin-export-usage = /admin export [jsonl|parquet] – ما يجوز التعلّم منه، كملفات
admin-export-ask = هل يُرسل إلى هذه المحادثة، بصيغة { $format }، ما سمح الناس بالتعلّم منه؟ هو منقّى وبأسماء مستعارة، لكنه عن الصحة: متى وصل إلى هنا لا يبلغه أي مسح.
admin-export-begun = تُكتب الملفات الآن.
admin-export-done = العيّنات: { $samples }. المستبعد:
admin-export-large = { $name } أكبر مما يقبله تيليجرام. استخدم: doctor-llama feedback export
admin-broadcast-usage = /admin broadcast النص – إخبار الجميع بشيء (3500 حرف على الأكثر)
admin-broadcast-ask = هل يُرسل هذا كما هو أعلاه إلى أشخاص عددهم: { $people }؟
admin-broadcast-begun = في الطريق كمهمة { $number }. الأمر /admin jobs يعرض التقدم؛ والأمر /admin jobs cancel { $number } يوقفها.
admin-broadcast-progress = (أُخبر { $sent }، غادر { $gone })
admin-broadcast-ended = انتهى الإرسال. أُخبر: { $sent }؛ حظرني: { $gone }؛ غير معروف: { $unsure }.
admin-users-usage = /admin users [صفحة] – من هنا، ومن له دور
admin-users = الأشخاص: { $known }؛ وافق على الحفظ { $agreed }، وعلى التدريب { $training }؛ سأل في آخر 7 أيام { $active }؛ محظورون { $blocked }.
admin-users-page = آخر من جاء، الصفحة { $page }:
admin-users-line = { $number } – { $role }، منذ { $since }، { $asked } في 7 أيام
admin-grant-usage = /admin grant الرقم admin|reviewer|member – إعطاء دور لشخص
admin-revoke-usage = /admin revoke الرقم – سحب الدور
admin-block-usage = /admin block الرقم – الإجابة لشخص في الحالات الطارئة فقط
admin-unblock-usage = /admin unblock الرقم – الإجابة له من جديد
admin-role-already = لدى { $number } هذا الدور بالفعل: { $role }.
admin-role-ask = الدور الحالي لـ { $number }: { $former }. هل يُغيَّر إلى: { $role }؟
admin-role-stranger = لم يكتب إليّ هذا الرقم قط. هل هو صحيح؟
admin-role-done = تم. الدور الآن لـ { $number }: { $role }.

# Learning: review, refresh, adapters, comparisons
admin-review-usage = /admin review [reopen رقم | edit رقم نص] – التصحيحات التي تنتظر المراجعة
admin-compare-usage = /admin compare [الأول الثاني [سؤال | سؤال]] – محوّلان جنبًا إلى جنب دون معرفة أيهما
admin-retrain-usage = /admin retrain [cancel | resume] – التعلم من الملاحظات المعتمدة
admin-adapters-usage = /admin adapters [اسم | promote اسم | reject اسم | rollback] – ما يمكنه الإجابة وما يجيب الآن
review-none = لا يوجد تصحيح بانتظارك.
review-card = التصحيح { $number } – في الانتظار: { $waiting }
review-question = السؤال:
review-answer = الإجابة:
review-correction = التصحيح:
review-warning = ⚠️ أوقفته قاعدة: { $why }
review-edit = بكلمات أخرى: /admin review edit { $number } نصك
review-approve = ✓ اعتماد
review-anyway = ✓ اعتماد رغم ذلك
review-refuse = ✗ رفض
review-skip = تخطٍّ
review-approved = اعتُمد التصحيح { $number }. للتراجع: /admin review reopen { $number }
review-refused = رُفض التصحيح { $number }. للتراجع: /admin review reopen { $number }
review-skipped = يبقى التصحيح { $number } في الانتظار.
review-reopened = ينتظر التصحيح { $number } المراجعة من جديد.
retrain-ask = ملاحظات جديدة: { $new }. تصحيحات تنتظر المراجعة: { $waiting }. هل ندرّب محوّلًا جديدًا الآن؟ لن يجيب أحدًا قبل تفعيله.
retrain-begun = التحديث في قائمة الانتظار. ستُظهر رسالة هنا تقدّمه.
retrain-live = هناك تحديث ينتظر أو يعمل بالفعل. لإنهائه: /admin retrain cancel
retrain-none = لا يوجد تحديث ينتظر أو يعمل.
retrain-nothing-to-resume = لم ينقطع التحديث الأخير: لا شيء لاستكماله.
retrain-cancel-ask = هل ننهي التحديث؟
retrain-cancelled = انتهى التحديث. يواصل المحوّل السابق الإجابة.
refresh-waiting = 🧠 تحديث ينتظر دوره.
refresh-running = 🧠 التحديث: { $phase }
phase-data = جمع العينات
phase-sft = تعلم الإجابات
phase-preference = تعلم التفضيلات
phase-export = كتابة المحوّل
phase-evaluate = القياس
refresh-loss = الخسارة: { $loss }
refresh-left = المتبقي: { $time }
refresh-alone = تنتظر الإجابات في هذه الأثناء.
refresh-passed = ✅ اجتاز { $adapter } الفحص.
refresh-rejected = ✗ لم يجتز { $adapter } الفحص. يواصل السابق الإجابة.
refresh-cleaned = أعيد التعلم من دون { $rows } من الصفوف الممحوة أو المسحوبة.
refresh-line = { $set }: { $before } % → { $now } % من { $items }، فُقد { $lost }، كُسب { $gained }
refresh-failed = فشل التحديث: { $why }. يواصل السابق الإجابة. لاستكماله: /admin retrain resume
refresh-cancelled = أنهى أحد المشرفين التحديث.
refresh-why-memory = لم تكفِ الذاكرة
refresh-why-disk = القرص ممتلئ
refresh-why-hang = توقف عن التقدم فأُنهي
refresh-why-killed = أنهاه النظام كما يفعل عند نفاد الذاكرة
refresh-why-nothing = لا توجد ملاحظات معتمدة جديدة
refresh-why-stopped = أُوقفت العملية العاملة
refresh-why-interrupted = انتهت عمليته العاملة
refresh-why-crashed = تعطل البرنامج؛ سجله يقول المزيد
refresh-curve = الخسارة لكل خطوة
adapter-promote = تفعيل
adapter-reject = استبعاد
adapter-rollback = التراجع
adapter-promote-ask = هل يجيب { $name } بدلًا من { $former }؟
adapter-reject-ask = هل نستبعد { $name }؟ النشط الآن: { $former }.
adapter-rollback-ask = هل نعود من { $name } إلى { $former }؟
adapter-promoted = يجيب { $name } من الآن.
adapter-rejected = استُبعد { $name }.
adapter-rolled-back = يجيب { $former } من جديد بدلًا من { $name }.
adapter-of-settings = ما تقوله الإعدادات
adapter-status-candidate = مرشح
adapter-status-active = نشط
adapter-status-retired = متقاعد
adapter-status-rejected = مستبعد
adapters-none = لا يوجد محوّل بعد. التحديث يصنع واحدًا.
adapters-line = { $name } ← { $status }
adapters-due = ⚠️ يلزم إعادة التدريب: { $rows } من صفوفه مُحيت أو سُحبت.
adapters-start = دُرّب انطلاقًا من: { $start }
adapters-rows = صفوف الملاحظات: { $rows }
rollback-news = ⚠️ يقيّم الناس { $name } أسوأ من { $former } (في الأزواج المختلفة: { $worse } مقابل { $better }). يجيب { $former } من جديد.
compare-begun = تُكتب الإجابات الآن. سأخبرك حين يمكن مقارنتها.
compare-ready = الإجابات جاهزة: /admin compare
compare-none = لا يوجد زوج لم تحكم عليه.
judge-a = A أفضل
judge-b = B أفضل
judge-same = متساويان
compare-score = { $second } مقابل { $first }: فاز { $wins }، خسر { $losses }، تعادل { $ties }؛ { $share } % ({ $low }–{ $high } %)
stats-learning-corrections = التصحيحات
stats-learning-corrections-caption = في الانتظار { $open }، معتمدة { $approved }، مرفوضة { $refused }، متعلَّمة { $used }
stats-learning-open = منتظرة
stats-learning-approved = معتمدة
stats-learning-refused = مرفوضة
stats-learning-used = متعلَّمة
stats-learning-runs = ما كسبته التحديثات الأخيرة
stats-learning-gained = مكسوبة
stats-learning-lost = مفقودة
stats-learning-run = التشغيل { $number }: { $adapter }، كُسب { $gained }، فُقد { $lost }
stats-none-learning = لم يقيّم أحد شيئًا ولم يصحح بعد.

# Errors
error = عذرًا، حدث خطأ من جهتي. يُرجى المحاولة من جديد. وإذا تكرر ذلك، فيُرجى إخبارنا بهذا الرقم: { $id }
error-admin = الخطأ { $id }: { $kind } في { $where }
unsafe-admin = قُيّمت الإجابة { $id } بأنها خطرة.

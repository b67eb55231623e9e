# Translated for this project; not reviewed by a native speaker.

# Who the bot is. Telegram shows name and description before anyone presses Start.
bot-name = Doctor Llama (ИИ, а не врач)
bot-short-description = ИИ, который простыми словами рассказывает о здоровье. Не врач. Не для экстренных случаев.
bot-description =
    Не для экстренных случаев.

    Я Doctor Llama, искусственный интеллект, который простыми словами рассказывает о здоровье. Я не врач, могу ошибаться и врача не заменяю. В экстренном случае звоните по номеру экстренной помощи вашей страны.

command-start = Кто я и что вы можете выбрать
command-help = Как мной пользоваться
command-new = Начать новый разговор
command-history = Ваши разговоры
command-off = Выключить меня в этой группе
command-on = Снова включить меня
command-stop = Остановить ответ
command-about = Какая модель вам отвечает
command-language = На каком языке я говорю
command-country = Где я, для номеров экстренных служб
command-privacy = Что о вас хранится
command-mydata = Всё ваше в одном файле
command-forget = Стереть ответ, разговор или всё
command-admin = Что вам здесь доступно

# /start and consent
start =
    Здравствуйте! Я Doctor Llama, искусственный интеллект, а не врач. Спросите меня о здоровье своими словами, и я объясню, что об этом известно в целом.

    ⚠️ Не для экстренных случаев. Если кому-то может угрожать опасность, сейчас же позвоните по номеру экстренной помощи вашей страны (112 работает на большинстве мобильных телефонов).

    Я могу ошибаться. Решения о своём здоровье принимайте вместе с врачом или фармацевтом.
start-consent =
    Что я храню, если вы согласны: ваши вопросы, мои ответы и ваши оценки, вместе с вашим номером в Telegram, чтобы следить за ходом нашего разговора. До вашего согласия ничего из этого не хранится.

    Соглашаясь, вы также подтверждаете, что вам есть 18 лет.

    Что хранится, как долго и как это забрать: /privacy.
start-agreed = Вы согласились, что я храню наши разговоры. Просто задайте вопрос.
start-group = Здесь я отвечаю, когда вы упоминаете меня или отвечаете на моё сообщение. Чтобы дать согласие на хранение или спросить наедине, напишите мне лично.
group-notice =
    Здравствуйте. В этой группе я отвечаю, когда упомянут { $name } или когда кто-то отвечает на моё сообщение. Остальные сообщения я не читаю.

    Вопросы и мои ответы здесь видят все. Я храню только то, что пишут люди, которые на это согласились; спросить меня можно и лично. Я искусственный интеллект, а не врач, и не для экстренных случаев.

    Администратор может выключить меня командой /off.
group-on = Я снова отвечаю здесь, когда меня упоминают или отвечают мне.
group-off = Теперь я здесь молчу, кроме признаков экстренного случая. /on вернёт меня.
group-only = Это для групп.
group-admins = Это может только администратор этой группы.
consent-changed = То, на что вы соглашались, с тех пор изменилось. Прочитайте, пожалуйста, снова: пока вы не согласитесь, больше ничего не хранится.
consent-needed =
    Прежде чем ответить, мне нужно ваше согласие: я храню ваши вопросы, мои ответы и ваши оценки, вместе с вашим номером в Telegram, чтобы следить за ходом нашего разговора. Вы подтверждаете, что вам есть 18 лет. Я искусственный интеллект, а не врач, и могу ошибаться.

    Из вашего вопроса пока ничего не сохранено. Нажмите кнопку, и я отвечу.

    Что хранится, как долго и как это забрать: /privacy.
consent-button = Согласен / согласна
consent-thanks = Спасибо. Ваш вопрос принят.
consent-thanks-ask-again = Спасибо. Теперь пришлите, пожалуйста, ваш вопрос.
share-question =
    Ещё один выбор, отдельно от этого: можно ли использовать ваши оценки, чтобы улучшать модель? Если да, ответы, которые вы оценили, вместе с вопросами могут пойти на обучение. Это выключено, пока вы сами не включите, и вы можете изменить это здесь в любой момент командой /start.
share-on = Да, помочь улучшить
share-off = Нет, не использовать для обучения
share-state-on = Сейчас: да, мои оценки могут улучшать модель.
share-state-off = Сейчас: нет, ничего моего не используется для обучения.
share-toast-on = Спасибо. Ваши оценки могут улучшать модель.
share-toast-off = Ничего вашего не используется для обучения.
share-consent-first = Сначала дайте согласие на хранение: /start.

# /help, /about, /new, /stop
help =
    Спрашивайте меня о здоровье простыми словами, по одной теме за раз. Например: «Что помогает при сенной лихорадке?»

    👍 и 👎 под ответом говорят нам, хорош ли он. Вы можете изменить или забрать оценку в любой момент.

    🔄 даёт другой ответ и сохраняет первый. После 👎 можно сказать почему или написать ответ лучше. Чтобы исправить только часть, выделите её в моём ответе и ответьте на неё. Если вы измените вопрос, я отвечу на новый вариант.

    /new – начать новый разговор, без того, что было сказано раньше
    /history – ваши разговоры: посмотреть или продолжить
    /stop – остановить ответ
    /start – кто я и что вы можете выбрать
    /about – какая модель вам отвечает
    /language – на каком языке я говорю
    /country – где вы находитесь, для номеров экстренных служб
    /privacy, /mydata, /forget – что о вас хранится

    В группе упомяните меня или ответьте на моё сообщение. Я искусственный интеллект, а не врач, и не для экстренных случаев.
about =
    Doctor Llama { $version }, искусственный интеллект, а не врач.
    Модель: { $model }
    Адаптер: { $adapter }
    Веса: { $weights }
    Ни один медицинский специалист не проверял этого бота и его ответы.
about-none = нет
about-unknown =
    Doctor Llama { $version }, искусственный интеллект, а не врач.
    Сейчас модель не работает, поэтому я не могу сказать, какая она.
    Ни один медицинский специалист не проверял этого бота и его ответы.
about-demo = Это маленькая встроенная демонстрационная модель. Она сделана, чтобы показать, как всё работает, знает около пятидесяти обычных тем о здоровье и больше ничего, и ни один медицинский специалист не читал того, чему её учили. Она понимает и пишет только по-английски.
new-done = Новый разговор. То, что было сказано раньше, я больше не учитываю.
history-title = Ваши разговоры. ▸ – тот, который продолжается.
history-title-page = Ваши разговоры, страница { $page } из { $pages }. ▸ – тот, который продолжается.
history-none = Разговоров ещё нет. Просто задайте вопрос.
history-untitled = Без названия
history-newer = ‹ Новее
history-older = Старее ›
history-resume = Продолжить этот разговор
history-back = ‹ Назад
history-resumed = Снова «{ $title }». Я опять учитываю то, что там было сказано.
history-unanswered = На это не было ответов.
stop-nothing = Останавливать нечего.
stop-toast = Останавливаю.
stop-too-late = Этот ответ уже закончен.
not-yours-stop = Остановить может только тот, кто спросил.

# /language
language-name = Русский
language-ask = На каком языке мне говорить с вами? (Это меняет мои собственные фразы; модель отвечает на языке вопроса, насколько умеет.)
language-auto = Как в моём приложении
language-done = Теперь я говорю по-русски.

# /country
country-ask = В какой вы стране? В экстренном случае я назову её номера.
country-done = Записано: { $country }. Экстренная помощь: { $emergency }. Линия доверия: { $crisis }. Я не проверял эти номера у самих служб. Изменить: /country.
country-button = 🌍 В какой я стране?
only-private = Сделайте это, пожалуйста, в личном чате со мной.
privacy =
    Что я о вас храню

    Ваш номер: { $number }
    Вопросы и ответы: { $messages }
    Оценки и исправления: { $feedback }
    Хранение: { $storing }
    Обучение модели: { $training }
    { $kept }

    Тот, кто управляет ботом, может читать сохранённое; рецензенты читают то, на чём вы разрешили обучать модель. Чаты Telegram с ботами не защищены сквозным шифрованием.

    /mydata – всё ваше в одном файле
    /forget – стереть ответ, разговор или всё. Стёртое сразу исчезает из всех таблиц и из файла, и следующие обучения его не видят; модель, которая на нём училась, помечается для замены. В резервных копиях оно остаётся, пока их не заменят, { $nights } ночей; если копию восстановят, оно стирается снова. Сообщения этого чата хранятся в Telegram: удалите чат там.
privacy-yes = да
privacy-no = нет
privacy-since = да, с { $date }
privacy-outdated = больше нет: текст изменился, согласитесь, пожалуйста, снова
privacy-kept = Всё, чему больше { $days } дней, стирается каждую ночь, кроме того, на чём вы разрешили обучать модель.
privacy-kept-on = Хранится, пока вы не сотрёте.
withdraw-button = Больше ничего не хранить
withdraw-done = Теперь больше ничего не хранится, и ничего вашего не обучает модель. Уже сохранённое остаётся, пока вы не сотрёте его командой /forget. Я снова смогу отвечать, когда вы снова согласитесь.
mydata = Всё, что о вас хранится, строк: { $rows }. Это JSON: его откроет любой текстовый редактор.
mydata-none = О вас ничего не хранится.
forget-ask = Что стереть? Прежде чем что-то исчезнет, я покажу, что это.
forget-answer = Последний вопрос и ответы на него
forget-conversation = Этот разговор
forget-everything = Всё
forget-confirm = Будет стёрто: вопросов и ответов { $messages }, оценок и исправлений { $feedback }. Отменить это нельзя. Чтобы подтвердить, пришлите мне это в течение { $minutes } минут:
forget-confirm-everything = Вместе с этим исчезнут ваши согласия, ваш язык и любая роль, которая у вас здесь есть.
forget-wrong = Этот код неверен или слишком старый. /forget начнёт заново.
forget-done = Стёрто: вопросов и ответов { $messages }, оценок и исправлений { $feedback }. Сообщения этого чата хранятся в Telegram, а не здесь: удалите чат там, если хотите.

# What cannot be asked
refuse-empty = Я не вижу здесь вопроса. Напишите его, пожалуйста, словами.
refuse-signs = Я вижу здесь только знаки или эмодзи. Напишите вопрос, пожалуйста, словами.
refuse-long = Это слишком длинно для меня: за один раз я могу прочитать { $limit } символов. Сократите, пожалуйста, или спрашивайте по частям.
refuse-sticker = Милый стикер, но я читаю только текст. Напишите вопрос, пожалуйста, словами.
refuse-photo = Я не умею смотреть изображения. Опишите, пожалуйста, словами, что вы видите или хотите узнать.
refuse-voice = Я пока не умею слушать голосовые сообщения. Напишите вопрос, пожалуйста, текстом.
refuse-file = Я читаю только текст, а не файлы и прочее. Напишите вопрос, пожалуйста, словами.
refuse-command = Я не знаю { $command }. Вы имели в виду { $nearest }?
refuse-command-unknown = Я не знаю { $command }. /help покажет, что я умею.
refuse-many = У вас уже ждут несколько вопросов. Сначала я отвечу на них; следующий пришлите, пожалуйста, после этого.
refuse-full = Сейчас ждёт очень много вопросов. Попробуйте, пожалуйста, снова через несколько минут. Ваш вопрос не сохранён.
refuse-fast = Это было очень быстро. Подождите, пожалуйста ({ $time }), и пришлите вопрос снова. Он не сохранён.
refuse-quota = Вы задали столько вопросов, сколько можно одному человеку за 24 часа. До следующего вопроса: { $time }. Этот не сохранён.
refuse-busy = Сейчас спрашивает очень много людей. Пришлите вопрос, пожалуйста, позже. Осталось ждать: { $time }. Он не сохранён.
refuse-outsider = Этот бот отвечает только тем, кого допустили его владельцы. Если вы их знаете, попросите допустить вас и назовите свой номер: { $number }. Возвращайтесь, когда они это сделают.
edit-taken = Я отвечу на исправленный вариант.
anew-ask = Вы изменили вопрос, на который я уже начал отвечать или ответил. Ответить на новый вариант?
anew-button = Ответить на новый вариант

# A question on its way
status-next = Ваш вопрос принят. Он следующий.
status-before =
    { $before ->
        [one] Ваш вопрос принят. Перед вами { $before } вопрос.
        [few] Ваш вопрос принят. Перед вами { $before } вопроса.
       *[many] Ваш вопрос принят. Перед вами { $before } вопросов.
    }
status-wait = { $status } Примерно { $time }.
status-learning = { $status } Модель одновременно учится, поэтому ответ может задержаться.
status-learning-alone = { $status } Модель сейчас учится. Я отвечу, как только она закончит.
status-learning-until = { $status } Модель сейчас учится. Я отвечу, когда она закончит. Осталось примерно: { $time }.
status-fresh =
    { $status }

    (Новый разговор: прошлый был давно. Он есть в /history.)
status-paused = Ваш вопрос принят. Ответы приостановлены на время обслуживания; он получит ответ после. В экстренном случае звоните по номеру экстренной помощи вашей страны.
status-paused-for = Ваш вопрос принят. Ответы приостановлены на время обслуживания (примерно { $time }); он получит ответ после. В экстренном случае звоните по номеру экстренной помощи вашей страны.
time-seconds =
    { $seconds ->
        [one] { $seconds } секунда
        [few] { $seconds } секунды
       *[many] { $seconds } секунд
    }
time-minutes =
    { $minutes ->
        [one] { $minutes } минута
        [few] { $minutes } минуты
       *[many] { $minutes } минут
    }
time-hours =
    { $hours ->
        [one] { $hours } час
        [few] { $hours } часа
       *[many] { $hours } часов
    }
status-running = Пишу ответ…
stop-button = Остановить
answer-here = Вот ответ:
answer-continues = …
answer-empty = У меня нет на это ответа. Попробуйте, пожалуйста, спросить другими словами.
answer-stopped = — остановлено
stopped = Остановлено.
failed =
    Простите, я не смог ответить на этот вопрос. Пришлите его, пожалуйста, ещё раз. Если снова не получится, попробуйте спросить другими словами.

    Ошибка { $id }
failed-crashed =
    Простите: что-то в этом вопросе останавливает программу, поэтому я отложил его. Спросите, пожалуйста, другими словами.

    Ошибка { $id }
failed-long = Простите, этот вопрос слишком длинный для модели. Сократите его, пожалуйста, или начните заново: /new.
failed-engine =
    Простите, модель сейчас недоступна. Пришлите вопрос, пожалуйста, снова через несколько минут.

    Ошибка { $id }
anyway-button = Не экстренный случай: ответить
anyway-toast = Я отвечу на него.
anyway-gone = У меня больше нет этого вопроса. Пришлите его, пожалуйста, ещё раз.

# Ratings
rate-up = 👍
rate-down = 👎
rate-up-chosen = 👍 ✓
rate-down-chosen = 👎 ✓
rate-toast-up = Спасибо. Отмечено: 👍
rate-toast-down = Спасибо. Отмечено: 👎
rate-toast-none = Ваша оценка снята.
again-button = 🔄
again-try = 🔄 Ещё раз
again-toast = Другой ответ уже готовится.
again-already = Более новый ответ уже есть или готовится.
chosen = { $text } ✓
why-wrong = Неверно
why-unsafe = Опасно
why-incomplete = Неполно
why-unclear = Трудно понять
why-off-topic = Не по теме
why-other = Другое
why-toast = Спасибо. Это помогает.
compare-ask = Какой ответ лучше: первый (1) или новый (2)?
compare-1 = 1
compare-2 = 2
compare-same = Одинаковы
compare-bad = Оба плохие
compare-toast = Спасибо. Это можно изменить в любой момент.
write-button = ✍️ Ответить лучше
write-ask = Напишите ответ лучше следующим сообщением: таким, каким вы хотели бы его прочитать.
write-placeholder = Ваш ответ лучше
write-leave = Не надо
write-left = Хорошо. Следующее сообщение снова будет вопросом.
write-thanks = Спасибо, записано. Если вы измените сообщение, я запишу изменение.
write-thanks-kept = Спасибо, записано к этому ответу. Это не обучает никакую модель, если вы не разрешите это через /start. Если вы измените сообщение, я запишу изменение.
write-more = Дописать
write-more-toast = Пришлите остальное следующим сообщением.
write-back = Забрать
write-taken-back = Удалено. Ничего из этого не хранится.
write-question = Это был вопрос
write-changed = Ваше изменение записано.
write-too-long = Слишком длинно: всего в ответе может быть не больше { $limit } знаков. Это сообщение не добавлено.
not-yours-rate = Оценить может только тот, кто спросил.
not-yours-consent = Эта кнопка для того, кто спросил.
button-stale = Эта кнопка больше не работает.

# Confirmations
confirm-yes = Да, сделать
confirm-no = Нет
confirm-cancelled = Ничего не изменено.
confirm-stale = Это уже подтверждено или слишком старо. Дайте команду, пожалуйста, ещё раз.

# /admin, for those with a role
role-owner = владелец
role-admin = администратор
role-reviewer = рецензент
role-member = участник
role-user = пользователь
role-blocked = заблокирован
role-given = Теперь у вас здесь есть роль: { $role }. /admin покажет, что вам доступно.
admin-list = Ваша роль: { $role }. Вам доступно:
admin-unknown = Я не знаю { $word }.
admin-nearest = Вы имели в виду { $nearest }?
admin-not-allowed = Ваша роль этого не позволяет.
admin-owners = Владельцы указаны в настройках, а не здесь.
admin-status-usage = /admin status – что работает, что ждёт, что не удалось
admin-status = Doctor Llama { $version }
admin-status-paused = ⏸ Ответы приостановлены. /admin resume продолжит.
admin-status-worker =
    Процесс { $name }, работает { $hours } ч, память { $memory }
    Модель: { $model }
    Адаптер: { $adapter }
    Веса: { $weights }
admin-status-gpu = GPU: { $name }, { $used } из { $total }, загрузка { $load } %, { $celsius } °C
admin-status-no-gpu = GPU: не видно
admin-status-no-worker = ⚠️ За последние две минуты не видно ни одного процесса: ответов нет.
admin-status-adapter = Активен в реестре: { $adapter }
admin-status-queue = Очередь: ждут { $waiting }, пишутся { $running }.
admin-status-oldest = Время ожидания первого: { time-seconds }.
admin-status-ended = За 24 часа: с ответом { $answered }, с ошибкой { $failed }.
admin-status-disk = Диск: свободно { $free }; база данных занимает { $size }.
admin-stats-usage = /admin stats [questions|ratings|latency|queue|learning] – графики с числами
stats-questions = Вопросы по дням, дней: { $days }
stats-questions-caption = Всего { $total }, за 7 дней { $week }, сегодня { $today }, людей { $people }.
stats-label-questions = вопросы
stats-label-people = люди
stats-ratings = Доля хороших оценок, интервал 95 %
stats-ratings-line = { $adapter }: { $share } % ({ $low }–{ $high }), оценок { $n }
stats-latency = Секунды ожидания, дней: { $days }
stats-latency-caption = Ответов { $n }: 50 %, 90 % и 99 % заняли не больше
stats-latency-line = { $what }: { $half } с, { $nine } с, { $most } с
stats-label-queue = в очереди
stats-label-first = первые слова
stats-label-whole = весь ответ
stats-queue = Вопросы в очереди, часов: { $hours }
stats-queue-caption = Сейчас { $now }, самое большее { $most }. Время в UTC.
stats-none-ratings = Ни один ответ ещё не оценён.
stats-none-latency = За последние 7 дней никто не получил ответа.
admin-jobs-usage = /admin jobs [cancel НОМЕР] – что ждёт и что выполняется, и как это прервать
admin-jobs = Вопросов в очереди: { $waiting }
admin-jobs-line = { $number } { $kind }, { $status }, время: { $time }
admin-cancel-ask = Прервать задачу { $number }? Тот, кто ждёт, узнает, что она остановлена.
admin-cancel-done = Задача { $number } прервана.
admin-cancel-late = Задачи { $number } нет ни в очереди, ни в работе.
admin-pause-usage = /admin pause [МИНУТЫ] – обслуживание: вопросы ждут, на экстренные отвечаем
admin-pause-ask = Приостановить все ответы? Вопросы принимаются и ждут; экстренные тексты уходят как всегда; начатое дописывается.
admin-pause-done = Приостановлено. /admin resume продолжит.
admin-resume-usage = /admin resume – закончить паузу
admin-resume-done = Продолжаем: теперь отвечаем на всё, что ждало.
admin-resume-none = Паузы нет.
admin-export-usage = /admin export [jsonl|parquet] – на чём можно учиться, файлами
admin-export-ask = Прислать в этот чат в формате { $format } то, на чём люди разрешили обучать модель? Данные очищены и под псевдонимами, но они о здоровье: попав сюда, они уже не стираются.
admin-export-begun = Файлы пишутся.
admin-export-done = Примеров: { $samples }. Пропущено:
admin-export-large = { $name } больше, чем принимает Telegram. Используйте: doctor-llama feedback export
admin-broadcast-usage = /admin broadcast ТЕКСТ – сообщить всем (не больше 3500 символов)
admin-broadcast-ask = Отправить это, как выше, людям: { $people }?
admin-broadcast-begun = Отправляется, задача { $number }. /admin jobs покажет, сколько сделано; /admin jobs cancel { $number } остановит.
admin-broadcast-progress = ({ $sent } получили, { $gone } ушли)
admin-broadcast-ended = Рассылка закончена. Получили: { $sent }; заблокировали меня: { $gone }; неизвестно: { $unsure }.
admin-users-usage = /admin users [страница] – кто здесь и у кого есть роль
admin-users = Людей: { $known }; согласны на хранение { $agreed }, на обучение { $training }; спрашивали за 7 дней { $active }; заблокированы { $blocked }.
admin-users-page = Пришедшие последними, страница { $page }:
admin-users-line = { $number } – { $role }, с { $since }, за 7 дней { $asked }
admin-grant-usage = /admin grant НОМЕР admin|reviewer|member – дать кому-то роль
admin-revoke-usage = /admin revoke НОМЕР – забрать роль
admin-block-usage = /admin block НОМЕР – отвечать кому-то только в экстренных случаях
admin-unblock-usage = /admin unblock НОМЕР – снова отвечать
admin-role-already = У { $number } уже эта роль: { $role }.
admin-role-ask = Сейчас { $number }: { $former }. Сделать: { $role }?
admin-role-stranger = Этот номер мне ещё не писал. Он верный?
admin-role-done = Готово. Теперь { $number }: { $role }.

# Learning: review, refresh, adapters, comparisons
admin-review-usage = /admin review [reopen НОМЕР | edit НОМЕР ТЕКСТ] – исправления, которые ждут проверки
admin-compare-usage = /admin compare [ПЕРВЫЙ ВТОРОЙ [ВОПРОС | ВОПРОС]] – два адаптера рядом, вслепую
admin-retrain-usage = /admin retrain [cancel | resume] – учиться на одобренных отзывах
admin-adapters-usage = /admin adapters [ИМЯ | promote ИМЯ | reject ИМЯ | rollback] – что может отвечать и что отвечает
review-none = Нет исправлений, которые вас ждут.
review-card = Исправление { $number } – ждут: { $waiting }
review-question = Вопрос:
review-answer = Ответ:
review-correction = Исправление:
review-warning = ⚠️ Задержано правилом: { $why }
review-edit = Другими словами: /admin review edit { $number } ВАШ ТЕКСТ
review-approve = ✓ Одобрить
review-anyway = ✓ Всё равно одобрить
review-refuse = ✗ Отклонить
review-skip = Пропустить
review-approved = Исправление { $number } одобрено. Отменить: /admin review reopen { $number }
review-refused = Исправление { $number } отклонено. Отменить: /admin review reopen { $number }
review-skipped = Исправление { $number } продолжает ждать.
review-reopened = Исправление { $number } снова ждёт проверки.
retrain-ask = Новых отзывов: { $new }. Исправлений на проверке: { $waiting }. Обучить новый адаптер сейчас? Он никому не отвечает, пока его не включат.
retrain-begun = Обновление в очереди. Сообщение здесь покажет, как оно идёт.
retrain-live = Обновление уже ждёт или идёт. Остановить: /admin retrain cancel
retrain-none = Нет обновлений, которые ждут или идут.
retrain-nothing-to-resume = Последнее обновление не прерывалось: продолжать нечего.
retrain-cancel-ask = Остановить обновление?
retrain-cancelled = Обновление остановлено. Прежний адаптер продолжает отвечать.
refresh-waiting = 🧠 Обновление ждёт своей очереди.
refresh-running = 🧠 Обновление: { $phase }
phase-data = сбор примеров
phase-sft = изучение ответов
phase-preference = изучение предпочтений
phase-export = запись адаптера
phase-evaluate = измерение
refresh-loss = Потери: { $loss }
refresh-left = Осталось: { $time }
refresh-alone = Ответы пока ждут.
refresh-passed = ✅ { $adapter } прошёл проверку.
refresh-rejected = ✗ { $adapter } не прошёл проверку. Отвечает прежний.
refresh-cleaned = Обучен заново без стёртых или отозванных строк: { $rows }.
refresh-line = { $set }: { $before } % → { $now } % из { $items }, потеряно { $lost }, получено { $gained }
refresh-failed = Обновление не удалось: { $why }. Отвечает прежний. Продолжить: /admin retrain resume
refresh-cancelled = Администратор остановил обновление.
refresh-why-memory = не хватило памяти
refresh-why-disk = диск заполнен
refresh-why-hang = оно перестало продвигаться и было остановлено
refresh-why-killed = система убила его, как бывает при нехватке памяти
refresh-why-nothing = нет новых одобренных отзывов
refresh-why-stopped = рабочий процесс был остановлен
refresh-why-interrupted = его рабочий процесс завершился
refresh-why-crashed = программа аварийно завершилась; подробности в журнале
refresh-curve = Потери по шагам
adapter-promote = Включить
adapter-reject = Отвергнуть
adapter-rollback = Вернуть прежний
adapter-promote-ask = Пусть отвечает { $name } вместо { $former }?
adapter-reject-ask = Отвергнуть { $name }? Сейчас отвечает: { $former }.
adapter-rollback-ask = Вернуться от { $name } к { $former }?
adapter-promoted = Теперь отвечает { $name }.
adapter-rejected = { $name } отвергнут.
adapter-rolled-back = Снова отвечает { $former } вместо { $name }.
adapter-of-settings = что указано в настройках
adapter-status-candidate = кандидат
adapter-status-active = отвечает
adapter-status-retired = снят
adapter-status-rejected = отвергнут
adapters-none = Адаптеров пока нет. Обновление создаст его.
adapters-line = { $name } — { $status }
adapters-due = ⚠️ Нужно переобучить: стёрто или отозвано строк: { $rows }.
adapters-start = Обучен от: { $start }
adapters-rows = Строк отзывов: { $rows }
rollback-news = ⚠️ Люди оценивают { $name } хуже, чем { $former } (в различающихся парах: { $worse } против { $better }). Снова отвечает { $former }.
compare-begun = Ответы пишутся. Я сообщу, когда их можно будет сравнить.
compare-ready = Ответы готовы: /admin compare
compare-none = Нет пар, которые вы не оценили.
judge-a = A лучше
judge-b = B лучше
judge-same = Одинаково
compare-score = { $second } против { $first }: выиграно { $wins }, проиграно { $losses }, равно { $ties }; { $share } % ({ $low }–{ $high } %)
stats-learning-corrections = Исправления
stats-learning-corrections-caption = Ждут { $open }, одобрено { $approved }, отклонено { $refused }, изучено { $used }
stats-learning-open = ждут
stats-learning-approved = одобрено
stats-learning-refused = отклонено
stats-learning-used = изучено
stats-learning-runs = Что дали последние обновления
stats-learning-gained = получено
stats-learning-lost = потеряно
stats-learning-run = Запуск { $number }: { $adapter }, получено { $gained }, потеряно { $lost }
stats-none-learning = Никто ещё ничего не оценил и не исправил.

# Errors
error = Простите, что-то пошло не так с моей стороны. Попробуйте, пожалуйста, снова. Если это повторится, сообщите нам этот номер: { $id }
error-admin = Ошибка { $id }: { $kind } в { $where }
unsafe-admin = Кто-то оценил ответ { $id } как опасный.

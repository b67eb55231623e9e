# Who the bot is. Telegram shows name and description before anyone presses Start.
bot-name = Doctor Llama (an AI, not a doctor)
bot-short-description = An AI that explains health topics in plain words. Not a doctor. Not for emergencies.
bot-description =
    Not for emergencies.

    I am Doctor Llama, an AI that explains health topics in plain words. I am not a doctor, I can be wrong, and I do not replace one. In an emergency, call your local emergency number.

command-start = Who I am, and your choices
command-help = How to use me
command-new = Start a new conversation
command-history = Your conversations
command-off = Switch me off in this group
command-on = Switch me on again
command-stop = Stop the answer in progress
command-about = Which model answers you
command-language = In which language I speak
command-country = Where I am, for emergency numbers
command-privacy = What is stored of you
command-mydata = Everything of yours in one file
command-forget = Erase an answer, a conversation, or everything
command-admin = What you may do here

# /start and consent
start =
    Hello! I am Doctor Llama, an AI, not a doctor. Ask me about health in your own words, and I will explain what is generally known.

    ⚠️ Not for emergencies. If someone may be in danger, call your local emergency number (112 works on most mobile phones) now.

    I can be wrong. For a decision about your health, ask a doctor or a pharmacist.
start-consent =
    What I store, if you agree: your questions, my answers and your ratings, under your Telegram number, so that I can follow our conversation. Nothing of it is stored before you agree.

    By agreeing you also say that you are 18 or older.

    What is kept, for how long, and how to take it back: /privacy.
start-agreed = You have agreed that I store our conversations. Just ask your question.
start-group = I answer here when you mention me or reply to me. To agree to storing, or to ask in private, write to me directly.
group-notice =
    Hello. I answer in this group when { $name } is mentioned, or when somebody replies to me. I do not read the other messages.

    Everybody here sees the questions and my answers. I store them only from people who have agreed to it, and they can ask me in private instead. I am an AI, not a doctor, and not for emergencies.

    An administrator can switch me off with /off.
group-on = I answer here again when I am mentioned or replied to.
group-off = I am silent here now, except for signs of an emergency. /on brings me back.
group-only = That is for groups.
group-admins = Only an administrator of this group can do that.
consent-changed = What you agreed to has changed since then. Please read it again: until you agree, nothing more is stored.
consent-needed =
    Before I can answer, I need your OK: I store your questions, my answers and your ratings, under your Telegram number, so that I can follow our conversation. You say that you are 18 or older. I am an AI, not a doctor, and I can be wrong.

    Nothing of your question is stored yet. Press the button and I will answer it.

    What is kept, for how long, and how to take it back: /privacy.
consent-button = I agree
consent-thanks = Thank you. Your question is on its way.
consent-thanks-ask-again = Thank you. Please send me your question now.
share-question =
    One more choice, apart from that: may your ratings help to improve the model? If you say yes, the answers that you rate, with the questions, may be used for training. It is off unless you turn it on, and you can change it here at any time with /start.
share-on = Yes, help to improve it
share-off = No, keep them out of training
share-state-on = Now: yes, my ratings may improve the model.
share-state-off = Now: no, nothing of mine is used for training.
share-toast-on = Thank you. Your ratings may improve the model.
share-toast-off = Nothing of yours is used for training.
share-consent-first = Please agree to storing first, with /start.

# /help, /about, /new, /stop
help =
    Ask me anything about health, in plain words and one topic at a time. For example: “What helps against hay fever?”

    👍 and 👎 under an answer tell us whether it was good. You can change or take back your choice at any time.

    🔄 brings another answer and keeps the first. After a 👎 you can say why, or write a better answer. To correct only a part, mark it in my answer and reply to it. If you edit a question, I answer the new version.

    /new – start a new conversation, without what was said before
    /history – your conversations, to look at or to go on with
    /stop – stop the answer in progress
    /start – who I am, and your choices
    /about – which model answers you
    /language – in which language I speak
    /country – where you are, for emergency numbers
    /privacy, /mydata, /forget – what is stored of you

    In a group, mention me or reply to me. I am an AI, not a doctor, and not for emergencies.
about =
    Doctor Llama { $version }, an AI, not a doctor.
    Model: { $model }
    Adapter: { $adapter }
    Weights: { $weights }
    No clinician has reviewed this bot or its answers.
about-none = none
about-unknown =
    Doctor Llama { $version }, an AI, not a doctor.
    The model is not running at this moment, so I cannot say which one it is.
    No clinician has reviewed this bot or its answers.
about-demo = This is the small built-in demonstration model. It was made to show how everything works, it knows some fifty common health topics and nothing else, and no clinician has read what it was taught.
about-elsewhere = The adapter was not trained here: what it learned from and how it was measured is told by whoever published it.
about-trained =
    The adapter was trained here on { $date }, on this bot's public data sets and { $rows } pieces of approved feedback. Its last evaluation, against the one before it:
    { $measured }
new-done = A new conversation. I no longer look at what was said before.
history-title = Your conversations. ▸ is the one that goes on.
history-title-page = Your conversations, page { $page } of { $pages }. ▸ is the one that goes on.
history-none = There is no conversation yet. Just ask a question.
history-untitled = Without a title
history-newer = ‹ Newer
history-older = Older ›
history-resume = Go on with this conversation
history-back = ‹ Back
history-resumed = Back in “{ $title }”. I look at what was said there again.
history-unanswered = Nothing in it was answered.
stop-nothing = There is nothing to stop.
stop-toast = Stopping.
stop-too-late = That answer has ended already.
not-yours-stop = Only the person who asked can stop this.

# /language
language-name = English
language-ask = In which language shall I speak with you? (This changes my own sentences; the model answers in the language that it was asked in, as far as it can.)
language-auto = As my app says
language-done = From now on I speak English.

# /country
country-ask = In which country are you? In an emergency I then name its numbers.
country-done = Noted: { $country }. Emergency: { $emergency }. Crisis line: { $crisis }. I have not checked these numbers with the services themselves. Change it with /country.
country-button = 🌍 Which country am I in?
only-private = Please do that in a private chat with me.
privacy =
    What I store of you

    Your number: { $number }
    Questions and answers: { $messages }
    Ratings and corrections: { $feedback }
    Storing: { $storing }
    Training the model: { $training }
    { $kept }

    Whoever runs this bot can read what is stored; its reviewers read what you let train the model. Telegram's chats with bots are not end-to-end encrypted.

    /mydata – everything of yours in one file
    /forget – erase an answer, a conversation, or everything. What you erase leaves every table and the file at once, and no later training sees it; a model that has learned from it is marked, to be replaced. Backups keep it until they are replaced, after { $nights } nights; from one that is put back it is erased again. The messages in this chat are in Telegram: delete the chat there.
privacy-yes = yes
privacy-no = no
privacy-since = yes, agreed on { $date }
privacy-outdated = no longer: the text has changed, please agree again
privacy-kept = What is older than { $days } days is erased every night, but for what you let train the model.
privacy-kept-on = It is kept until you erase it.
withdraw-button = Store nothing more
withdraw-done = From now on nothing more is stored, and nothing of yours trains the model. What is stored already stays until you erase it with /forget. I can answer again once you agree again.
mydata = Everything that is stored of you, rows: { $rows }. It is JSON: any text editor opens it.
mydata-none = Nothing is stored of you.
forget-ask = What shall I erase? I show you what it is before anything goes.
forget-answer = The last question and its answers
forget-conversation = This conversation
forget-everything = Everything
forget-confirm = This would go: questions and answers { $messages }, ratings and corrections { $feedback }. It cannot be undone. To confirm, send me this within { $minutes } minutes:
forget-confirm-everything = With them go your agreements, your language and any role that you have here.
forget-wrong = That code is not right, or too old. /forget begins anew.
forget-done = Erased: questions and answers { $messages }, ratings and corrections { $feedback }. The messages in this chat are in Telegram, not here: delete the chat there if you wish.

# What cannot be asked
refuse-empty = I see no question in that. Please write it in words.
refuse-signs = I see only signs or emoji in that. Please write your question in words.
refuse-long = That is too long for me: I can read { $limit } characters at a time. Please shorten it, or ask one part after the other.
refuse-sticker = A nice sticker, but I can only read text. Please write your question in words.
refuse-photo = I cannot look at pictures. Please describe in words what you see or want to know.
refuse-voice = I cannot listen to voice messages yet. Please write your question as text.
refuse-file = I can only read text, not files or other things. Please write your question in words.
refuse-command = I do not know { $command }. Did you mean { $nearest }?
refuse-command-unknown = I do not know { $command }. /help shows what I can do.
refuse-many = You already have several questions waiting. I will answer them first; please send the next one after that.
refuse-full = Very many questions are waiting at this moment. Please try again in a few minutes. Your question was not stored.
refuse-fast = That was very fast. Please wait { $time }, then send your question again. It was not stored.
refuse-quota = You have asked as many questions as one person may in 24 hours. You can ask the next one in { $time }. This one was not stored.
refuse-busy = Very many people are asking at this moment. Please send your question again in { $time }. It was not stored.
refuse-outsider = This bot answers only people whom its owners have let in. If you know them, ask them to let you in, with your number: { $number }. You can come back once they have.
edit-taken = I will answer the corrected version.
anew-ask = You changed a question that I have begun to answer, or have answered. Shall I answer the new version?
anew-button = Answer the new version

# A question on its way
status-next = Your question is in. You are next.
status-before =
    { $before ->
        [one] Your question is in. One question before you.
       *[other] Your question is in. { $before } questions before you.
    }
status-wait = { $status } About { $time }.
status-learning = { $status } The model is learning at the same time, so it may take longer.
status-learning-alone = { $status } The model is learning at this moment. I answer as soon as it is done.
status-learning-until = { $status } The model is learning at this moment. I answer when it is done, in about { $time }.
status-fresh =
    { $status }

    (A new conversation, since the last one was a while ago. /history has it.)
status-paused = Your question is in. The answers are paused for maintenance; it will be answered after that. In an emergency, call your local emergency number.
status-paused-for = Your question is in. The answers are paused for maintenance, for about { $time }; it will be answered after that. In an emergency, call your local emergency number.
time-seconds =
    { $seconds ->
        [one] a second
       *[other] { $seconds } seconds
    }
time-minutes =
    { $minutes ->
        [one] a minute
       *[other] { $minutes } minutes
    }
time-hours =
    { $hours ->
        [one] an hour
       *[other] { $hours } hours
    }
status-running = I am writing the answer…
stop-button = Stop
answer-here = Here is the answer:
answer-continues = …
answer-empty = I have no answer to that. Please try to ask in other words.
answer-stopped = — stopped
stopped = Stopped.
failed =
    I am sorry, I could not answer this question. Please send it again. If it fails once more, try to ask in other words.

    Error { $id }
failed-crashed =
    I am sorry: something in this question makes the program stop, so I have set it aside. Please ask in other words.

    Error { $id }
failed-long = I am sorry, this question is too long for the model. Please shorten it, or start anew with /new.
failed-engine =
    I am sorry, the model is not available at this moment. Please send your question again in a few minutes.

    Error { $id }
anyway-button = Not an emergency: answer anyway
anyway-toast = I will answer it.
anyway-gone = I no longer have that question. Please send it again.

# Ratings
rate-up = 👍
rate-down = 👎
rate-up-chosen = 👍 ✓
rate-down-chosen = 👎 ✓
rate-toast-up = Thank you. Noted: 👍
rate-toast-down = Thank you. Noted: 👎
rate-toast-none = Your rating is taken back.
again-button = 🔄
again-try = 🔄 Try again
again-toast = Another answer is on its way.
again-already = A newer answer is there, or on its way.
chosen = { $text } ✓
why-wrong = Wrong
why-unsafe = Unsafe
why-incomplete = Incomplete
why-unclear = Hard to understand
why-off-topic = Off topic
why-other = Something else
why-toast = Thank you. That helps.
compare-ask = Which answer is better: the first (1), or the new one (2)?
compare-1 = 1
compare-2 = 2
compare-same = The same
compare-bad = Both bad
compare-toast = Thank you. You can change it at any time.
write-button = ✍️ Better answer
write-ask = Please write the better answer as your next message: the way you would have wanted to read it.
write-placeholder = Your better answer
write-leave = Never mind
write-left = All right. Your next message is a question again.
write-thanks = Thank you, noted. If you edit your message, I note the change.
write-thanks-kept = Thank you, noted with this answer. It trains no model unless you allow that with /start. If you edit your message, I note the change.
write-more = Write more
write-more-toast = Send the rest as your next message.
write-back = Take it back
write-taken-back = Taken back. Nothing of it is kept.
write-question = It was a question
write-changed = Your change is noted.
write-too-long = That is too long: a better answer has at most { $limit } characters in all. This message was not added.
not-yours-rate = Only the person who asked can rate this.
not-yours-consent = This button is for the person who asked.
button-stale = This button no longer works.

# Confirmations
confirm-yes = Yes, do it
confirm-no = No
confirm-cancelled = Nothing was changed.
confirm-stale = That was confirmed already, or is too old. Please give the command again.

# /admin, for those with a role
role-owner = owner
role-admin = admin
role-reviewer = reviewer
role-member = member
role-user = user
role-blocked = blocked
role-given = You now have a role here: { $role }. /admin shows what you can do.
admin-list = Your role: { $role }. You can use:
admin-unknown = I do not know { $word }.
admin-nearest = Did you mean { $nearest }?
admin-not-allowed = Your role does not allow that.
admin-owners = Owners are named in the settings, not here.
admin-status-usage = /admin status – what runs, what waits, what failed
admin-status = Doctor Llama { $version }
admin-status-paused = ⏸ The answers are paused. /admin resume goes on.
admin-status-worker =
    Worker { $name }, up { $hours } h, { $memory } of memory
    Model: { $model }
    Adapter: { $adapter }
    Weights: { $weights }
admin-status-gpu = GPU: { $name }, { $used } of { $total }, load { $load } %, { $celsius } °C
admin-status-no-gpu = GPU: none seen
admin-status-no-worker = ⚠️ No worker has been seen in the last two minutes: nothing is answered.
admin-status-adapter = Active in the registry: { $adapter }
admin-status-queue = Queue: { $waiting } waiting, { $running } being written.
admin-status-oldest = The first has waited { time-seconds }.
admin-status-ended = Last 24 hours: { $answered } answered, { $failed } failed.
admin-status-disk = Disk: { $free } free; the database takes { $size }.
admin-stats-usage = /admin stats [questions|ratings|latency|queue|learning] – pictures with their numbers
stats-questions = Questions a day, { $days } days
stats-questions-caption = In all { $total }, last 7 days { $week }, today { $today } of { $people } people.
stats-label-questions = questions
stats-label-people = people
stats-ratings = Liked answers by adapter, 95 % interval
stats-ratings-line = { $adapter }: { $share } % ({ $low }–{ $high }) of { $n } ratings
stats-latency = Seconds to wait, { $days } days
stats-latency-caption = Of { $n } answers: 50 %, 90 % and 99 % took no longer than
stats-latency-line = { $what }: { $half } s, { $nine } s, { $most } s
stats-label-queue = in the queue
stats-label-first = first words
stats-label-whole = whole answer
stats-queue = Questions waiting, { $hours } hours
stats-queue-caption = Now { $now }, at most { $most }. Times are UTC.
stats-none-ratings = No answer has been rated yet.
stats-none-latency = Nobody was answered in the last 7 days.
admin-jobs-usage = /admin jobs [cancel NUMBER] – what waits and runs, and ending one of it
admin-jobs = Questions waiting: { $waiting }
admin-jobs-line = { $number } { $kind }, { $status } for { $time }
admin-cancel-ask = End job { $number }? Whoever waits for it is told that it was stopped.
admin-cancel-done = Job { $number } was ended.
admin-cancel-late = There is no job { $number } that waits or runs.
admin-pause-usage = /admin pause [MINUTES] – maintenance: questions wait, emergencies are answered
admin-pause-ask = Pause all answers? Questions are taken in and wait; emergency texts go out as ever; what is being written is finished.
admin-pause-done = Paused. /admin resume goes on.
admin-resume-usage = /admin resume – end the pause
admin-resume-done = Going on: what waited is answered now.
admin-resume-none = There is no pause.
admin-export-usage = /admin export [jsonl|parquet] – what may be learned from, as files
admin-export-ask = Send what people let the model learn from as { $format } into this chat? It is scrubbed and under pseudonyms, but it is about health: once it is here, no erasure reaches it.
admin-export-begun = The files are being written.
admin-export-done = Samples: { $samples }. Left out:
admin-export-large = { $name } is larger than Telegram takes. Use: doctor-llama feedback export
admin-broadcast-usage = /admin broadcast TEXT – tell everybody something (3,500 characters at most)
admin-broadcast-ask = Send this, as it stands above, to people: { $people }?
admin-broadcast-begun = It is on its way as job { $number }. /admin jobs shows how far it is; /admin jobs cancel { $number } stops it.
admin-broadcast-progress = ({ $sent } told, { $gone } gone)
admin-broadcast-ended = The broadcast has ended. Told: { $sent }; have blocked me: { $gone }; not known: { $unsure }.
admin-users-usage = /admin users [page] – who is here, and who has a role
admin-users = People: { $known }, agreed to storing { $agreed }, to training { $training }; asked in the last 7 days { $active }; blocked { $blocked }.
admin-users-page = Those who came last, page { $page }:
admin-users-line = { $number } – { $role }, since { $since }, { $asked } in 7 days
admin-grant-usage = /admin grant NUMBER admin|reviewer|member – give somebody a role
admin-revoke-usage = /admin revoke NUMBER – take a role away
admin-block-usage = /admin block NUMBER – answer somebody in emergencies only
admin-unblock-usage = /admin unblock NUMBER – answer them again
admin-role-already = { $number } has that role already: { $role }.
admin-role-ask = { $number } is now: { $former }. Make them: { $role }?
admin-role-stranger = This number has never written to me. Is it right?
admin-role-done = Done. { $number } is now: { $role }.

# Learning: review, refresh, adapters, comparisons
admin-review-usage = /admin review [reopen NUMBER | edit NUMBER TEXT] – corrections that wait for you
admin-compare-usage = /admin compare [FIRST SECOND [QUESTION | QUESTION]] – two adapters side by side, blind
admin-retrain-usage = /admin retrain [cancel | resume] – learn from approved feedback
admin-adapters-usage = /admin adapters [NAME | promote NAME | reject NAME | rollback] – what can answer, and what does
review-none = No correction waits for you.
review-card = Correction { $number } – waiting: { $waiting }
review-question = Question:
review-answer = Answer:
review-correction = Correction:
review-warning = ⚠️ Held back by a rule: { $why }
review-edit = In other words: /admin review edit { $number } YOUR TEXT
review-approve = ✓ Approve
review-anyway = ✓ Approve anyway
review-refuse = ✗ Refuse
review-skip = Skip
review-approved = Correction { $number } is approved. To take that back: /admin review reopen { $number }
review-refused = Correction { $number } is refused. To take that back: /admin review reopen { $number }
review-skipped = Correction { $number } goes on waiting.
review-reopened = Correction { $number } waits for review again.
retrain-ask = New pieces of feedback: { $new }. Corrections that wait for review: { $waiting }. Train a new adapter now? It answers nobody before it is promoted.
retrain-begun = The refresh is in the queue. A message here shows how it goes.
retrain-live = A refresh waits or runs already. To end it: /admin retrain cancel
retrain-none = No refresh waits or runs.
retrain-nothing-to-resume = The last refresh was not cut off: there is nothing to go on with.
retrain-cancel-ask = End the refresh?
retrain-cancelled = The refresh is ended. The adapter that answered goes on answering.
refresh-waiting = 🧠 A refresh waits for its turn.
refresh-running = 🧠 Refresh: { $phase }
phase-data = gathering the samples
phase-sft = learning the answers
phase-preference = learning what people prefer
phase-export = writing the adapter
phase-evaluate = measuring
refresh-loss = Loss: { $loss }
refresh-left = Left: { $time }
refresh-alone = Answers wait meanwhile.
refresh-passed = ✅ { $adapter } passed the gate.
refresh-rejected = ✗ { $adapter } did not pass the gate. What answered goes on answering.
refresh-cleaned = Learned anew without { $rows } erased or withdrawn rows.
refresh-line = { $set }: { $before } % → { $now } % of { $items }, lost { $lost }, gained { $gained }
refresh-failed = The refresh failed: { $why }. What answered goes on answering. To go on with it: /admin retrain resume
refresh-cancelled = The refresh was ended by an admin.
refresh-why-memory = the memory was not enough
refresh-why-disk = the disk is full
refresh-why-hang = it made no progress any more and was ended
refresh-why-killed = the system killed it, as it does when memory runs out
refresh-why-nothing = there is no approved feedback that is new
refresh-why-stopped = the worker was stopped
refresh-why-interrupted = its worker ended
refresh-why-crashed = the program crashed; its log says more
refresh-curve = Loss by step
adapter-promote = Promote
adapter-reject = Reject
adapter-rollback = Roll back
adapter-promote-ask = Let { $name } answer, in place of { $former }?
adapter-reject-ask = Reject { $name }? Active now: { $former }.
adapter-rollback-ask = Go back from { $name } to { $former }?
adapter-promoted = { $name } answers from now on.
adapter-rejected = { $name } is rejected.
adapter-rolled-back = { $former } answers again, in place of { $name }.
adapter-of-settings = what the settings say
adapter-status-candidate = candidate
adapter-status-active = active
adapter-status-retired = retired
adapter-status-rejected = rejected
adapters-none = There is no adapter yet. A refresh makes one.
adapters-line = { $name } – { $status }
adapters-due = ⚠️ Retrain due: { $rows } of its rows are erased or withdrawn.
adapters-start = Trained from: { $start }
adapters-rows = Rows of feedback: { $rows }
rollback-news = ⚠️ People rate { $name } worse than { $former } (in pairs that differ: { $worse } to { $better }). { $former } answers again.
compare-begun = The answers are being written. I will tell you when they can be compared.
compare-ready = The answers are ready: /admin compare
compare-none = There is no pair that you have not judged.
judge-a = A is better
judge-b = B is better
judge-same = Equal
compare-score = { $second } against { $first }: won { $wins }, lost { $losses }, equal { $ties }; { $share } % ({ $low }–{ $high } %)
stats-learning-corrections = Corrections
stats-learning-corrections-caption = Waiting { $open }, approved { $approved }, refused { $refused }, learned { $used }
stats-learning-open = waiting
stats-learning-approved = approved
stats-learning-refused = refused
stats-learning-used = learned
stats-learning-runs = What the last refreshes gained
stats-learning-gained = gained
stats-learning-lost = lost
stats-learning-run = Run { $number }: { $adapter }, gained { $gained }, lost { $lost }
stats-none-learning = Nobody has rated or corrected anything yet.

# Errors
error = I am sorry, something went wrong on my side. Please try again. If it happens again, tell us this number: { $id }
error-admin = Error { $id }: { $kind } in { $where }
unsafe-admin = Somebody rated answer { $id } as unsafe.

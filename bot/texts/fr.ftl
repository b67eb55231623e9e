# Translated for this project; not reviewed by a native speaker.

# Who the bot is. Telegram shows name and description before anyone presses Start.
bot-name = Doctor Llama (une IA, pas un médecin)
bot-short-description = Une IA qui explique la santé avec des mots simples. Pas un médecin. Pas pour les urgences.
bot-description =
    Pas pour les urgences.

    Je suis Doctor Llama, une IA qui explique des sujets de santé avec des mots simples. Je ne suis pas un médecin, je peux me tromper et je n’en remplace aucun. En cas d’urgence, appelez le numéro d’urgence de votre pays.

command-start = Qui je suis, et vos choix
command-help = Comment m’utiliser
command-new = Commencer une nouvelle conversation
command-history = Vos conversations
command-off = M’éteindre dans ce groupe
command-on = Me rallumer
command-stop = Arrêter la réponse en cours
command-about = Quel modèle vous répond
command-language = Dans quelle langue je parle
command-country = Où je suis, pour les numéros d'urgence
command-privacy = Ce qui est conservé de vous
command-mydata = Tout ce qui est à vous dans un fichier
command-forget = Effacer une réponse, une conversation ou tout
command-admin = Ce que vous pouvez faire ici

# /start and consent
start =
    Bonjour ! Je suis Doctor Llama, une IA, pas un médecin. Posez-moi une question de santé avec vos propres mots, et j’expliquerai ce que l’on sait en général.

    ⚠️ Pas pour les urgences. Si quelqu’un est peut-être en danger, appelez tout de suite le numéro d’urgence de votre pays (le 112 fonctionne sur la plupart des téléphones mobiles).

    Je peux me tromper. Pour décider de votre santé, demandez à un médecin ou à un pharmacien.
start-consent =
    Ce que je conserve, si vous êtes d’accord : vos questions, mes réponses et vos évaluations, avec votre numéro Telegram, pour pouvoir suivre notre conversation. Rien de cela n’est conservé avant votre accord.

    En donnant votre accord, vous dites aussi que vous avez 18 ans ou plus.

    Ce qui est conservé, combien de temps, et comment le reprendre : /privacy.
start-agreed = Vous avez accepté que je conserve nos conversations. Posez simplement votre question.
start-group = Ici, je réponds quand vous me mentionnez ou répondez à un de mes messages. Pour donner votre accord, ou pour demander en privé, écrivez-moi directement.
group-notice =
    Bonjour. Je réponds dans ce groupe quand { $name } est mentionné, ou quand quelqu’un répond à un de mes messages. Je ne lis pas les autres messages.

    Tout le monde ici voit les questions et mes réponses. Je n’enregistre que celles des personnes qui ont accepté, et chacun peut aussi me demander en privé. Je suis une IA, pas un médecin, et pas pour les urgences.

    Un administrateur peut m’éteindre avec /off.
group-on = Je réponds de nouveau ici quand on me mentionne ou qu’on me répond.
group-off = Je me tais ici maintenant, sauf devant des signes d’urgence. /on me fait revenir.
group-only = C’est pour les groupes.
group-admins = Seul un administrateur de ce groupe peut faire cela.
consent-changed = Ce que vous aviez accepté a changé depuis. Relisez-le, s’il vous plaît : jusqu’à votre accord, rien de plus n’est conservé.
consent-needed =
    Avant de répondre, j’ai besoin de votre accord : je conserve vos questions, mes réponses et vos évaluations, avec votre numéro Telegram, pour pouvoir suivre notre conversation. Vous dites avoir 18 ans ou plus. Je suis une IA, pas un médecin, et je peux me tromper.

    Rien de votre question n’est encore conservé. Appuyez sur le bouton et j’y répondrai.

    Ce qui est conservé, combien de temps, et comment le reprendre : /privacy.
consent-button = Je suis d’accord
consent-thanks = Merci. Votre question est en route.
consent-thanks-ask-again = Merci. Envoyez-moi maintenant votre question, s’il vous plaît.
share-question =
    Encore un choix, à part : vos évaluations peuvent-elles aider à améliorer le modèle ? Si vous dites oui, les réponses que vous évaluez, avec leurs questions, pourront servir à l’entraîner. C’est désactivé tant que vous ne l’activez pas, et vous pouvez le changer ici à tout moment avec /start.
share-on = Oui, aider à l’améliorer
share-off = Non, les laisser hors de l’entraînement
share-state-on = Actuellement : oui, mes évaluations peuvent améliorer le modèle.
share-state-off = Actuellement : non, rien de moi ne sert à l’entraînement.
share-toast-on = Merci. Vos évaluations peuvent améliorer le modèle.
share-toast-off = Rien de vous ne sert à l’entraînement.
share-consent-first = Donnez d’abord votre accord pour la conservation, avec /start.

# /help, /about, /new, /stop
help =
    Demandez-moi ce que vous voulez sur la santé, avec des mots simples et un sujet à la fois. Par exemple : « Qu’est-ce qui aide contre le rhume des foins ? »

    👍 et 👎 sous une réponse nous disent si elle était bonne. Vous pouvez changer ou retirer votre choix à tout moment.

    🔄 apporte une autre réponse et garde la première. Après un 👎, vous pouvez dire pourquoi, ou écrire une meilleure réponse. Pour ne corriger qu’une partie, sélectionnez-la dans ma réponse et répondez-y. Si vous modifiez une question, je réponds à la nouvelle version.

    /new – commencer une nouvelle conversation, sans ce qui a été dit avant
    /history – vos conversations, pour les revoir ou les reprendre
    /stop – arrêter la réponse en cours
    /start – qui je suis, et vos choix
    /about – quel modèle vous répond
    /language – dans quelle langue je parle
    /country – où vous êtes, pour les numéros d'urgence
    /privacy, /mydata, /forget – ce qui est conservé de vous

    Dans un groupe, mentionnez-moi ou répondez à un de mes messages. Je suis une IA, pas un médecin, et pas pour les urgences.
about =
    Doctor Llama { $version }, une IA, pas un médecin.
    Modèle : { $model }
    Adaptateur : { $adapter }
    Poids : { $weights }
    Aucun professionnel de santé n’a relu ce bot ni ses réponses.
about-none = aucun
about-unknown =
    Doctor Llama { $version }, une IA, pas un médecin.
    Le modèle n’est pas en marche en ce moment, je ne peux donc pas dire lequel c’est.
    Aucun professionnel de santé n’a relu ce bot ni ses réponses.
about-demo = C’est le petit modèle de démonstration fourni. Il est fait pour montrer comment tout fonctionne, il connaît une cinquantaine de sujets de santé courants et rien d’autre, et aucun professionnel de santé n’a lu ce qu’on lui a appris. Il ne comprend et n’écrit que l’anglais.
about-elsewhere = L'adaptateur n'a pas été entraîné ici : ce dont il a appris et ses mesures sont dits par ceux qui l'ont publié.
about-trained =
    L'adaptateur a été entraîné ici le { $date }, sur les jeux de données publics de ce bot et { $rows } avis approuvés. Sa dernière évaluation, face au précédent :
    { $measured }
new-done = Une nouvelle conversation. Je ne tiens plus compte de ce qui a été dit avant.
history-title = Vos conversations. ▸ est celle qui continue.
history-title-page = Vos conversations, page { $page } sur { $pages }. ▸ est celle qui continue.
history-none = Il n’y a pas encore de conversation. Posez simplement une question.
history-untitled = Sans titre
history-newer = ‹ Plus récentes
history-older = Plus anciennes ›
history-resume = Reprendre cette conversation
history-back = ‹ Retour
history-resumed = De retour dans « { $title } ». Je tiens de nouveau compte de ce qui y a été dit.
history-unanswered = Rien n’y a reçu de réponse.
stop-nothing = Il n’y a rien à arrêter.
stop-toast = J’arrête.
stop-too-late = Cette réponse est déjà terminée.
not-yours-stop = Seule la personne qui a demandé peut arrêter ceci.

# /language
language-name = Français
language-ask = Dans quelle langue dois-je vous parler ? (Cela change mes propres phrases ; le modèle répond dans la langue de la question, autant qu’il le peut.)
language-auto = Celle de mon application
language-done = Désormais, je parle français.

# /country
country-ask = Dans quel pays êtes-vous ? En cas d'urgence, je donnerai ses numéros.
country-done = C'est noté : { $country }. Urgences : { $emergency }. Ligne d'écoute : { $crisis }. Je n'ai pas vérifié ces numéros auprès des services eux-mêmes. Pour changer : /country.
country-button = 🌍 Dans quel pays suis-je ?
only-private = Faites cela dans une conversation privée avec moi, s’il vous plaît.
privacy =
    Ce que je conserve de vous

    Votre numéro : { $number }
    Questions et réponses : { $messages }
    Évaluations et corrections : { $feedback }
    Conservation : { $storing }
    Entraîner le modèle : { $training }
    { $kept }

    La personne qui gère ce bot peut lire ce qui est conservé ; ses relecteurs lisent ce que vous laissez entraîner le modèle. Les conversations Telegram avec des bots ne sont pas chiffrées de bout en bout.

    /mydata – tout ce qui est à vous dans un fichier
    /forget – effacer une réponse, une conversation ou tout. Ce que vous effacez quitte aussitôt toutes les tables et le fichier, et aucun entraînement ultérieur ne le voit ; un modèle qui en a appris est marqué pour être remplacé. Les sauvegardes le gardent jusqu’à leur remplacement, après { $nights } nuits ; si l’une est restaurée, il est effacé de nouveau. Les messages de cette conversation sont chez Telegram : supprimez-la là-bas.
privacy-yes = oui
privacy-no = non
privacy-since = oui, accepté le { $date }
privacy-outdated = plus maintenant : le texte a changé, donnez de nouveau votre accord, s’il vous plaît
privacy-kept = Ce qui a plus de { $days } jours est effacé chaque nuit, sauf ce que vous laissez entraîner le modèle.
privacy-kept-on = C’est conservé jusqu’à ce que vous l’effaciez.
withdraw-button = Ne plus rien conserver
withdraw-done = Désormais, rien de plus n’est conservé, et rien de vous n’entraîne le modèle. Ce qui est déjà conservé reste jusqu’à ce que vous l’effaciez avec /forget. Je pourrai répondre de nouveau après un nouvel accord.
mydata = Tout ce qui est conservé de vous, lignes : { $rows }. C’est du JSON : tout éditeur de texte l’ouvre.
mydata-none = Rien n’est conservé de vous.
forget-ask = Que dois-je effacer ? Je vous montre ce que c’est avant d’effacer quoi que ce soit.
forget-answer = La dernière question et ses réponses
forget-conversation = Cette conversation
forget-everything = Tout
forget-confirm = Voici ce qui partirait : questions et réponses { $messages }, évaluations et corrections { $feedback }. C’est irréversible. Pour confirmer, envoyez-moi ceci dans les { $minutes } minutes :
forget-confirm-everything = Partent aussi vos accords, votre langue et tout rôle que vous avez ici.
forget-wrong = Ce code n’est pas bon, ou trop ancien. /forget recommence.
forget-done = Effacé : questions et réponses { $messages }, évaluations et corrections { $feedback }. Les messages de cette conversation sont chez Telegram, pas ici : supprimez-la là-bas si vous le souhaitez.

# What cannot be asked
refuse-empty = Je n’y vois pas de question. Écrivez-la avec des mots, s’il vous plaît.
refuse-signs = Je n’y vois que des signes ou des émojis. Écrivez votre question avec des mots, s’il vous plaît.
refuse-long = C’est trop long pour moi : je peux lire { $limit } caractères à la fois. Raccourcissez, s’il vous plaît, ou demandez une partie après l’autre.
refuse-sticker = Joli sticker, mais je ne lis que du texte. Écrivez votre question avec des mots, s’il vous plaît.
refuse-photo = Je ne peux pas regarder d’images. Décrivez avec des mots ce que vous voyez ou voulez savoir, s’il vous plaît.
refuse-voice = Je ne peux pas encore écouter les messages vocaux. Écrivez votre question sous forme de texte, s’il vous plaît.
refuse-file = Je ne lis que du texte, ni fichiers ni autre chose. Écrivez votre question avec des mots, s’il vous plaît.
refuse-command = Je ne connais pas { $command }. Vouliez-vous dire { $nearest } ?
refuse-command-unknown = Je ne connais pas { $command }. /help montre ce que je sais faire.
refuse-many = Vous avez déjà plusieurs questions en attente. J’y répondrai d’abord ; envoyez la suivante après cela, s’il vous plaît.
refuse-full = Énormément de questions attendent en ce moment. Réessayez dans quelques minutes, s’il vous plaît. Votre question n’a pas été conservée.
refuse-fast = C’était très rapide. Attendez { $time }, puis renvoyez votre question, s’il vous plaît. Elle n’a pas été conservée.
refuse-quota = Vous avez posé autant de questions qu’une personne le peut en 24 heures. Vous pourrez poser la suivante dans { $time }. Celle-ci n’a pas été conservée.
refuse-busy = Énormément de gens demandent en ce moment. Renvoyez votre question dans { $time }, s’il vous plaît. Elle n’a pas été conservée.
refuse-outsider = Ce bot ne répond qu’aux personnes que ses propriétaires ont admises. Si vous les connaissez, demandez-leur de vous admettre, avec votre numéro : { $number }. Revenez quand ce sera fait.
edit-taken = Je répondrai à la version corrigée.
anew-ask = Vous avez modifié une question à laquelle j’ai commencé à répondre, ou déjà répondu. Dois-je répondre à la nouvelle version ?
anew-button = Répondre à la nouvelle version

# A question on its way
status-next = Votre question est arrivée. C’est la suivante.
status-before =
    { $before ->
        [one] Votre question est arrivée. Une question passe avant la vôtre.
       *[other] Votre question est arrivée. { $before } questions passent avant la vôtre.
    }
status-wait = { $status } Environ { $time }.
status-learning = { $status } Le modèle apprend en même temps, cela peut donc durer plus longtemps.
status-learning-alone = { $status } Le modèle apprend en ce moment. Je réponds dès qu’il a terminé.
status-learning-until = { $status } Le modèle apprend en ce moment. Je réponds quand il aura terminé, dans { $time } environ.
status-fresh =
    { $status }

    (Une nouvelle conversation, car la dernière date d’un moment. Elle est dans /history.)
status-paused = Votre question est arrivée. Les réponses sont en pause pour maintenance ; elle aura sa réponse ensuite. En cas d’urgence, appelez le numéro d’urgence de votre pays.
status-paused-for = Votre question est arrivée. Les réponses sont en pause pour maintenance, environ { $time } ; elle aura sa réponse ensuite. En cas d’urgence, appelez le numéro d’urgence de votre pays.
time-seconds =
    { $seconds ->
        [one] une seconde
       *[other] { $seconds } secondes
    }
time-minutes =
    { $minutes ->
        [one] une minute
       *[other] { $minutes } minutes
    }
time-hours =
    { $hours ->
        [one] une heure
       *[other] { $hours } heures
    }
status-running = J’écris la réponse…
stop-button = Arrêter
answer-here = Voici la réponse :
answer-continues = …
answer-empty = Je n’ai pas de réponse à cela. Essayez avec d’autres mots, s’il vous plaît.
answer-stopped = — arrêtée
stopped = Arrêtée.
failed =
    Je suis désolé, je n’ai pas pu répondre à cette question. Envoyez-la de nouveau, s’il vous plaît. Si cela échoue encore, essayez avec d’autres mots.

    Erreur { $id }
failed-crashed =
    Je suis désolé : quelque chose dans cette question fait arrêter le programme, je l’ai donc mise de côté. Demandez avec d’autres mots, s’il vous plaît.

    Erreur { $id }
failed-long = Je suis désolé, cette question est trop longue pour le modèle. Raccourcissez-la, s’il vous plaît, ou recommencez avec /new.
failed-engine =
    Je suis désolé, le modèle n’est pas disponible en ce moment. Renvoyez votre question dans quelques minutes, s’il vous plaît.

    Erreur { $id }
anyway-button = Pas une urgence : répondre
anyway-toast = J’y répondrai.
anyway-gone = Je n’ai plus cette question. Envoyez-la de nouveau, s’il vous plaît.

# Ratings
rate-up = 👍
rate-down = 👎
rate-up-chosen = 👍 ✓
rate-down-chosen = 👎 ✓
rate-toast-up = Merci. C’est noté : 👍
rate-toast-down = Merci. C’est noté : 👎
rate-toast-none = Votre évaluation est retirée.
again-button = 🔄
again-try = 🔄 Réessayer
again-toast = Une autre réponse est en route.
again-already = Une réponse plus récente est là, ou en route.
chosen = { $text } ✓
why-wrong = Fausse
why-unsafe = Dangereuse
why-incomplete = Incomplète
why-unclear = Difficile à comprendre
why-off-topic = Hors sujet
why-other = Autre chose
why-toast = Merci. Cela aide.
compare-ask = Quelle réponse est la meilleure : la première (1) ou la nouvelle (2) ?
compare-1 = 1
compare-2 = 2
compare-same = Pareil
compare-bad = Les deux mauvaises
compare-toast = Merci. Vous pouvez changer d’avis à tout moment.
write-button = ✍️ Meilleure réponse
write-ask = Écrivez la meilleure réponse dans votre prochain message : telle que vous auriez voulu la lire.
write-placeholder = Votre meilleure réponse
write-leave = Laisser tomber
write-left = D’accord. Votre prochain message est de nouveau une question.
write-thanks = Merci, c’est noté. Si vous modifiez votre message, je note le changement.
write-thanks-kept = Merci, c’est noté avec cette réponse. Cela n’entraîne aucun modèle si vous ne le permettez pas avec /start. Si vous modifiez votre message, je note le changement.
write-more = Écrire la suite
write-more-toast = Envoyez la suite dans votre prochain message.
write-back = La retirer
write-taken-back = Retirée. Rien n’en est gardé.
write-question = C’était une question
write-changed = Votre changement est noté.
write-too-long = C’est trop long : une meilleure réponse a au plus { $limit } caractères en tout. Ce message n’a pas été ajouté.
not-yours-rate = Seule la personne qui a demandé peut évaluer ceci.
not-yours-consent = Ce bouton est pour la personne qui a demandé.
button-stale = Ce bouton ne fonctionne plus.

# Confirmations
confirm-yes = Oui, le faire
confirm-no = Non
confirm-cancelled = Rien n’a été changé.
confirm-stale = C’est déjà confirmé, ou trop ancien. Redonnez la commande, s’il vous plaît.

# /admin, for those with a role
role-owner = propriétaire
role-admin = administrateur
role-reviewer = relecteur
role-member = membre
role-user = utilisateur
role-blocked = bloqué
role-given = Vous avez maintenant un rôle ici : { $role }. /admin montre ce que vous pouvez faire.
admin-list = Votre rôle : { $role }. Vous pouvez utiliser :
admin-unknown = Je ne connais pas { $word }.
admin-nearest = Vouliez-vous dire { $nearest } ?
admin-not-allowed = Votre rôle ne le permet pas.
admin-owners = Les propriétaires sont nommés dans la configuration, pas ici.
admin-status-usage = /admin status – ce qui tourne, ce qui attend, ce qui a échoué
admin-status = Doctor Llama { $version }
admin-status-paused = ⏸ Les réponses sont en pause. /admin resume reprend.
admin-status-worker =
    Processus { $name }, actif depuis { $hours } h, { $memory } de mémoire
    Modèle : { $model }
    Adaptateur : { $adapter }
    Poids : { $weights }
admin-status-gpu = GPU : { $name }, { $used } sur { $total }, charge { $load } %, { $celsius } °C
admin-status-no-gpu = GPU : aucun en vue
admin-status-no-worker = ⚠️ Aucun processus vu depuis deux minutes : rien n’est répondu.
admin-status-adapter = Actif dans le registre : { $adapter }
admin-status-queue = File : { $waiting } en attente, { $running } en cours d’écriture.
admin-status-oldest = La première attend depuis { time-seconds }.
admin-status-ended = Dernières 24 heures : { $answered } réponses, { $failed } échecs.
admin-status-disk = Disque : { $free } libres ; la base de données prend { $size }.
admin-stats-usage = /admin stats [questions|ratings|latency|queue|learning] – graphiques avec leurs chiffres
stats-questions = Questions par jour, { $days } jours
stats-questions-caption = En tout { $total }, 7 derniers jours { $week }, aujourd’hui { $today } de { $people } personnes.
stats-label-questions = questions
stats-label-people = personnes
stats-ratings = Réponses appréciées, intervalle à 95 %
stats-ratings-line = { $adapter } : { $share } % ({ $low }–{ $high }) de { $n } évaluations
stats-latency = Secondes d’attente, { $days } jours
stats-latency-caption = Sur { $n } réponses : 50 %, 90 % et 99 % n’ont pas pris plus de
stats-latency-line = { $what } : { $half } s, { $nine } s, { $most } s
stats-label-queue = dans la file
stats-label-first = premiers mots
stats-label-whole = réponse entière
stats-queue = Questions en attente, { $hours } heures
stats-queue-caption = Maintenant { $now }, au plus { $most }. Heures en UTC.
stats-none-ratings = Aucune réponse n’a encore été évaluée.
stats-none-latency = Personne n’a reçu de réponse ces 7 derniers jours.
admin-jobs-usage = /admin jobs [cancel NUMÉRO] – ce qui attend et ce qui tourne, et en arrêter un
admin-jobs = Questions en attente : { $waiting }
admin-jobs-line = { $number } { $kind }, { $status } depuis { $time }
admin-cancel-ask = Arrêter la tâche { $number } ? La personne qui attend en sera avertie.
admin-cancel-done = La tâche { $number } est arrêtée.
admin-cancel-late = Aucune tâche { $number } n’attend ou ne tourne.
admin-pause-usage = /admin pause [MINUTES] – maintenance : les questions attendent, les urgences ont leur réponse
admin-pause-ask = Mettre toutes les réponses en pause ? Les questions sont reçues et attendent ; les textes d’urgence partent comme toujours ; ce qui est en cours se termine.
admin-pause-done = En pause. /admin resume reprend.
admin-resume-usage = /admin resume – finir la pause
admin-resume-done = On reprend : ce qui attendait a maintenant sa réponse.
admin-resume-none = Il n’y a pas de pause.
admin-export-usage = /admin export [jsonl|parquet] – ce dont on peut apprendre, en fichiers
admin-export-ask = Envoyer dans cette conversation, en { $format }, ce dont les gens laissent le modèle apprendre ? C’est nettoyé et sous pseudonymes, mais il s’agit de santé : une fois ici, aucun effacement ne l’atteint.
admin-export-begun = Les fichiers sont en cours d’écriture.
admin-export-done = Exemples : { $samples }. Laissés de côté :
admin-export-large = { $name } dépasse ce que Telegram accepte. Utilisez : doctor-llama feedback export
admin-broadcast-usage = /admin broadcast TEXTE – dire quelque chose à tous (3500 caractères au plus)
admin-broadcast-ask = Envoyer cela, tel que ci-dessus, à des personnes : { $people } ?
admin-broadcast-begun = En route comme tâche { $number }. /admin jobs montre où elle en est ; /admin jobs cancel { $number } l’arrête.
admin-broadcast-progress = ({ $sent } prévenus, { $gone } partis)
admin-broadcast-ended = L’envoi est terminé. Prévenus : { $sent } ; m’ont bloqué : { $gone } ; inconnu : { $unsure }.
admin-users-usage = /admin users [page] – qui est là, et qui a un rôle
admin-users = Personnes : { $known } ; d’accord pour la conservation { $agreed }, pour l’entraînement { $training } ; ont demandé ces 7 derniers jours { $active } ; bloquées { $blocked }.
admin-users-page = Les derniers arrivés, page { $page } :
admin-users-line = { $number } – { $role }, depuis { $since }, { $asked } en 7 jours
admin-grant-usage = /admin grant NUMÉRO admin|reviewer|member – donner un rôle à quelqu’un
admin-revoke-usage = /admin revoke NUMÉRO – retirer un rôle
admin-block-usage = /admin block NUMÉRO – ne répondre à quelqu’un qu’en cas d’urgence
admin-unblock-usage = /admin unblock NUMÉRO – lui répondre de nouveau
admin-role-already = { $number } a déjà ce rôle : { $role }.
admin-role-ask = { $number } est maintenant : { $former }. Changer en : { $role } ?
admin-role-stranger = Ce numéro ne m’a jamais écrit. Est-il juste ?
admin-role-done = C’est fait. { $number } est maintenant : { $role }.

# Learning: review, refresh, adapters, comparisons
admin-review-usage = /admin review [reopen NUMÉRO | edit NUMÉRO TEXTE] – les corrections à relire
admin-compare-usage = /admin compare [PREMIER SECOND [QUESTION | QUESTION]] – deux adaptateurs côte à côte, à l’aveugle
admin-retrain-usage = /admin retrain [cancel | resume] – apprendre des retours approuvés
admin-adapters-usage = /admin adapters [NOM | promote NOM | reject NOM | rollback] – ce qui peut répondre et ce qui répond
review-none = Aucune correction ne vous attend.
review-card = Correction { $number } – en attente : { $waiting }
review-question = La question :
review-answer = La réponse :
review-correction = La correction :
review-warning = ⚠️ Retenue par une règle : { $why }
review-edit = En d’autres mots : /admin review edit { $number } VOTRE TEXTE
review-approve = ✓ Approuver
review-anyway = ✓ Approuver quand même
review-refuse = ✗ Refuser
review-skip = Passer
review-approved = La correction { $number } est approuvée. Pour revenir dessus : /admin review reopen { $number }
review-refused = La correction { $number } est refusée. Pour revenir dessus : /admin review reopen { $number }
review-skipped = La correction { $number } attend toujours.
review-reopened = La correction { $number } attend de nouveau une relecture.
retrain-ask = Nouveaux retours : { $new }. Corrections à relire : { $waiting }. Entraîner maintenant un nouvel adaptateur ? Il ne répond à personne avant d’être activé.
retrain-begun = La mise à jour est dans la file. Un message ici montre où elle en est.
retrain-live = Une mise à jour attend ou tourne déjà. Pour l’arrêter : /admin retrain cancel
retrain-none = Aucune mise à jour n’attend ni ne tourne.
retrain-nothing-to-resume = La dernière mise à jour n’a pas été interrompue : il n’y a rien à reprendre.
retrain-cancel-ask = Arrêter la mise à jour ?
retrain-cancelled = La mise à jour est arrêtée. L’adaptateur en place continue de répondre.
refresh-waiting = 🧠 Une mise à jour attend son tour.
refresh-running = 🧠 Mise à jour : { $phase }
phase-data = rassemblement des exemples
phase-sft = apprentissage des réponses
phase-preference = apprentissage des préférences
phase-export = écriture de l’adaptateur
phase-evaluate = mesure
refresh-loss = Perte : { $loss }
refresh-left = Reste : { $time }
refresh-alone = Pendant ce temps, les réponses attendent.
refresh-passed = ✅ { $adapter } a passé le contrôle.
refresh-rejected = ✗ { $adapter } n’a pas passé le contrôle. L’ancien continue de répondre.
refresh-cleaned = Réappris sans { $rows } lignes effacées ou retirées.
refresh-line = { $set } : { $before } % → { $now } % sur { $items }, perdues { $lost }, gagnées { $gained }
refresh-failed = La mise à jour a échoué : { $why }. L’ancien continue de répondre. Pour la reprendre : /admin retrain resume
refresh-cancelled = Un administrateur a arrêté la mise à jour.
refresh-why-memory = la mémoire n’a pas suffi
refresh-why-disk = le disque est plein
refresh-why-hang = elle n’avançait plus et a été arrêtée
refresh-why-killed = le système l’a tuée, comme quand la mémoire manque
refresh-why-nothing = il n’y a pas de nouveau retour approuvé
refresh-why-stopped = le travailleur a été arrêté
refresh-why-interrupted = son travailleur s’est arrêté
refresh-why-crashed = le programme a planté ; son journal en dit plus
refresh-curve = Perte par étape
adapter-promote = Activer
adapter-reject = Rejeter
adapter-rollback = Revenir en arrière
adapter-promote-ask = Faire répondre { $name } à la place de { $former } ?
adapter-reject-ask = Rejeter { $name } ? Actif maintenant : { $former }.
adapter-rollback-ask = Revenir de { $name } à { $former } ?
adapter-promoted = { $name } répond désormais.
adapter-rejected = { $name } est rejeté.
adapter-rolled-back = { $former } répond à nouveau, à la place de { $name }.
adapter-of-settings = ce que disent les réglages
adapter-status-candidate = candidat
adapter-status-active = actif
adapter-status-retired = retiré
adapter-status-rejected = rejeté
adapters-none = Il n’y a pas encore d’adaptateur. Une mise à jour en crée un.
adapters-line = { $name } : { $status }
adapters-due = ⚠️ À réentraîner : { $rows } de ses lignes sont effacées ou retirées.
adapters-start = Entraîné à partir de : { $start }
adapters-rows = Lignes de retours : { $rows }
rollback-news = ⚠️ Les gens notent { $name } moins bien que { $former } (paires différentes : { $worse } contre { $better }). { $former } répond à nouveau.
compare-begun = Les réponses sont en cours d’écriture. Je vous dirai quand les comparer.
compare-ready = Les réponses sont prêtes : /admin compare
compare-none = Il n’y a pas de paire que vous n’ayez jugée.
judge-a = A est mieux
judge-b = B est mieux
judge-same = Égales
compare-score = { $second } contre { $first } : gagnées { $wins }, perdues { $losses }, égales { $ties } ; { $share } % ({ $low }–{ $high } %)
stats-learning-corrections = Les corrections
stats-learning-corrections-caption = En attente { $open }, approuvées { $approved }, refusées { $refused }, apprises { $used }
stats-learning-open = en attente
stats-learning-approved = approuvées
stats-learning-refused = refusées
stats-learning-used = apprises
stats-learning-runs = Ce qu’ont gagné les dernières mises à jour
stats-learning-gained = gagnées
stats-learning-lost = perdues
stats-learning-run = Exécution { $number } : { $adapter }, gagnées { $gained }, perdues { $lost }
stats-none-learning = Personne n’a encore noté ni corrigé quoi que ce soit.

# Errors
error = Je suis désolé, quelque chose s’est mal passé de mon côté. Réessayez, s’il vous plaît. Si cela se reproduit, donnez-nous ce numéro : { $id }
error-admin = Erreur { $id } : { $kind } dans { $where }
unsafe-admin = Quelqu’un a jugé la réponse { $id } dangereuse.

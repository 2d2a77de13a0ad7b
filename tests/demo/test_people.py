import cv2

from deploy.demo import people
from edgemood.vision.cameras.frame import Frame
from edgemood.vision.light import LightGate


def test_every_photograph_shows_one_face_large_enough_to_judge(tmp_path):
    people.photograph(tmp_path)
    detector = cv2.CascadeClassifier(cv2.data.haarcascades + "haarcascade_frontalface_default.xml")
    pictures = sorted(tmp_path.iterdir())
    assert len(pictures) == 8
    for path in pictures:
        grey = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
        assert grey.shape == (480, 640)
        faces = detector.detectMultiScale(grey, 1.1, 5)
        assert len(faces) == 1
        assert faces[0][2] >= 100


def test_once_the_lights_are_out_no_photograph_has_light_enough(tmp_path):
    people.photograph(tmp_path)
    people.darken(tmp_path, light=0.02)
    pictures = sorted(tmp_path.iterdir())
    assert len(pictures) == 8
    for path in pictures:
        gate = LightGate()
        gate.measure(Frame(at_s=0, grey=cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)))
        assert not gate.is_open
